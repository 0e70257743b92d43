"""A repository with the layers of an image of a registry, as an OCI layout."""

load("//rules/private/repository:pull_download.bzl", "download_blobs")
load("//rules/private/repository:pull_reference.bzl", "full_name")
load("//rules/private/repository:pull_resolve.bzl", "IMAGE_SOURCE_ATTRS", "resolve_image")

def _pull_layers_impl(rctx):
    folder = "layout/blobs/sha256"
    image = resolve_image(rctx, folder)
    rctx.report_progress("Downloading the {} layers of {}".format(len(image.layers), rctx.attr.image_name))
    download_blobs(image.session, image.layers, folder)
    rctx.file("layout/index.json", json.encode(_index(rctx.attr, image)) + "\n", executable = False)
    rctx.file("layout/oci-layout", json.encode({"imageLayoutVersion": "1.0.0"}) + "\n", executable = False)
    rctx.file("BUILD.bazel", _BUILD_FILE, executable = False)
    rctx.file("REPO.bazel", "", executable = False)

# Each file is an input of its own: of a source directory, Bazel's caches know the name alone.
_BUILD_FILE = """filegroup(name = "layout", srcs = glob(["layout/**"]), visibility = ["//visibility:public"])
"""

def _index(attributes, image):
    """The index.json of a layout with one image, as the OCI image specification, "Image Layout", has it."""
    platform = {"architecture": image.architecture, "os": image.os}
    if image.variant:
        platform["variant"] = image.variant
    return {
        "manifests": [{
            "annotations": {
                "io.containerd.image.name": "{}:{}".format(full_name(attributes.final_image_name), attributes.final_image_tag),
                "org.opencontainers.image.ref.name": attributes.final_image_tag,
            },
            "digest": image.digest,
            "mediaType": image.media_type,
            "platform": platform,
            "size": image.size,
        }],
        "mediaType": "application/vnd.oci.image.index.v1+json",
        "schemaVersion": 2,
    }

pull_layers = repository_rule(
    implementation = _pull_layers_impl,
    doc = "The OCI layout of an image of a registry.",
    attrs = IMAGE_SOURCE_ATTRS,
)
