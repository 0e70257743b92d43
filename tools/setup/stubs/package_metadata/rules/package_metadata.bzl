"""The rule of package_metadata, without a result: gazelle writes it into every Go module's package."""

load("//providers:package_metadata_info.bzl", "PackageMetadataInfo")

def _package_metadata_impl(_ctx):
    return [PackageMetadataInfo(metadata = None), DefaultInfo()]

_package_metadata = rule(
    implementation = _package_metadata_impl,
    attrs = {
        "attributes": attr.label_list(),
        "license": attr.label(),
        "purl": attr.string(),
    },
)

def package_metadata(name, purl = "", visibility = None, **_kwargs):
    _package_metadata(
        name = name,
        # The package's default is this very target.
        applicable_licenses = [],
        purl = purl,
        visibility = visibility,
    )
