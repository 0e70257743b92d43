"""The rule of flattened file systems."""

load("//rules/private/actions:export_image.bzl", _export_image = "export_image")
load("//rules/private/actions:strata.bzl", "TOOLCHAIN_TYPE")
load("//rules/private/rules:image_base.bzl", "IMAGE_BASE_ATTRS")
load("//rules/private/rules:image_source.bzl", "check_selected", "image_source", "wanted_architecture")
load("//rules/private/rules:object_context.bzl", "OBJECT_CONTEXT_ATTRS")
load("//rules/private/transitions:image_platform.bzl", "image_platform")

_EXTENSION = ".tar"
_COMPRESSED = [".bz2", ".gz", ".tgz", ".xz", ".zst"]

def _export_image_impl(ctx):
    if ctx.attr.disk_size <= 0:
        fail("{}: disk_size = {}: want a number of MiB over 0, or leave it out: nothing is unpacked".format(ctx.label, ctx.attr.disk_size))
    name = ctx.label.name
    for extension in _COMPRESSED:
        if ctx.attr.out and ctx.attr.out.name.endswith(extension):
            fail('{}: out = "{}": the tar is not compressed: leave {} out of its name'.format(ctx.label, ctx.attr.out.name, extension))
    out = ctx.outputs.out or ctx.actions.declare_file(name if name.endswith(_EXTENSION) else name + _EXTENSION)
    _export_image(ctx, source = _source(ctx), out = out)
    return [DefaultInfo(files = depset([out]))]

def _source(ctx):
    if not ctx.attr.from_image:
        fail("{}: from_image is not set: give the label of an image, a docker archive or an OCI layout".format(ctx.label))
    architecture = wanted_architecture(ctx)
    source = image_source(
        ctx,
        ctx.attr.from_image,
        attribute = "from_image",
        architecture = architecture,
        object_remedy = "give it in contents of a build_layered_image, and that here",
    )
    if source.image:
        _check_architecture(ctx, source)
        check_selected(ctx, source)
    return struct(
        architecture = architecture,
        archive = source.archive,
        image = source.image,
        name = ctx.attr.from_image_name,
        tag = ctx.attr.from_image_tag,
    )

def _check_architecture(ctx, source):
    given, own = ctx.attr.architecture, source.image.platform.architecture
    if given and given != own:
        fail(('{}: architecture = "{}": {} is for {}: leave architecture out, which only chooses in an archive ' +
              "or an index, and set platform to build for another one").format(ctx.label, given, source.label, own))

export_image = rule(
    implementation = _export_image_impl,
    doc = "The rule behind the macro export_image.",
    attrs = {
        "architecture": attr.string(doc = "The GOARCH that chooses in an archive or an index; the target platform's when empty."),
        "disk_size": attr.int(doc = "Bounds nothing: nothing is unpacked.", default = 1024),
        "from_image": attr.label(
            doc = "The image: one of ours, a docker archive, or an OCI layout (a directory, or a tar of one).",
            allow_files = True,
        ),
        "from_image_name": IMAGE_BASE_ATTRS["from_image_name"],
        "from_image_tag": IMAGE_BASE_ATTRS["from_image_tag"],
        "out": attr.output(doc = "The tar; NAME.tar when None."),
        "platform": attr.label(doc = "The platform to build the image for; the target platform when None."),
    } | OBJECT_CONTEXT_ATTRS,
    cfg = image_platform,
    toolchains = [TOOLCHAIN_TYPE],
)
