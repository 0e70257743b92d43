"""ca_certificates: a bundle of certificates where programs look for it."""

load("//rules/private/actions:certificates.bzl", "certificates")
load("//rules/private/actions:object_source.bzl", "file_entry", "symlink_entry", "tree_source")
load("//rules/private/actions:strata.bzl", "TOOLCHAIN_TYPE")
load("//rules/private/providers:store_object_info.bzl", "StoreObjectInfo")
load("//rules/private/rules:linked_object.bzl", "make_linked_object")
load("//rules/private/rules:object_context.bzl", "OBJECT_CONTEXT_ATTRS", "label_store_path", "make_store_object")

_BUNDLE = "etc/ssl/certs/ca-bundle.crt"

# The other places, and the links that lead from there to the bundle.
_LINKS = {
    "etc/pki/tls/certs/ca-bundle.crt": "../../../ssl/certs/ca-bundle.crt",
    "etc/ssl/certs/ca-certificates.crt": "ca-bundle.crt",
}

def _ca_certificates_impl(ctx):
    bundle = ctx.attr.bundle
    if StoreObjectInfo in bundle:
        path = ctx.attr.path or _BUNDLE
        info = make_linked_object(
            ctx,
            to = bundle[StoreObjectInfo],
            files = {destination: path for destination in [_BUNDLE] + _LINKS.keys()},
            certificates = True,
        )
    else:
        info = _of_file(ctx, bundle)
    return [info, DefaultInfo(files = depset([info.layer.metadata]))]

def _of_file(ctx, bundle):
    files = bundle[DefaultInfo].files.to_list()
    if len(files) != 1 or files[0].is_directory:
        fail("{}: bundle: {} has {} files: give a store object, or one file of certificates in PEM".format(ctx.label, bundle.label, len(files)))
    if ctx.attr.path:
        fail("{}: path is set, and {} is a file, not a store object: leave it out".format(ctx.label, bundle.label))
    checked = certificates(ctx, file = files[0], label = bundle.label, output = ctx.label.name)
    return make_store_object(
        ctx,
        label = ctx.label,
        store_path = label_store_path(ctx, ctx.label),
        source = tree_source(
            [file_entry(checked, _BUNDLE, False)] +
            [symlink_entry(path, target) for path, target in _LINKS.items()],
        ),
        deps = [],
        references = [],
        mutable = True,
        allow_undeclared_references = False,
        has_deps = False,
        output = ctx.label.name,
    )

ca_certificates = rule(
    implementation = _ca_certificates_impl,
    doc = "The rule behind the macro ca_certificates, which documents the attributes.",
    attrs = {
        "bundle": attr.label(doc = "A store object, or a file.", allow_files = True, mandatory = True),
        "path": attr.string(doc = "Where the bundle is in the store object."),
    } | OBJECT_CONTEXT_ATTRS,
    provides = [StoreObjectInfo],
    toolchains = [TOOLCHAIN_TYPE],
)
