"""The rule of archives with several images."""

load("//rules/private/actions:merge_images.bzl", _merge_images = "merge_images")
load("//rules/private/actions:strata.bzl", "TOOLCHAIN_TYPE")
load("//rules/private/rules:image_outputs.bzl", "IMAGE_OUTPUTS_ATTRS")
load("//rules/private/rules:image_source.bzl", "image_source", "wanted_architecture")
load("//rules/private/rules:object_context.bzl", "OBJECT_CONTEXT_ATTRS")
load("//rules/private/transitions:image_platform.bzl", "image_platform")
load("//rules/private/values:labels.bzl", "display_label")

_GZIP = struct(compressor = "gz", extension = ".tar.gz")

_COMPRESSORS = {
    "gz": _GZIP,
    "gzip": _GZIP,
    "none": struct(compressor = "none", extension = ".tar"),
    "zstd": struct(compressor = "zstd", extension = ".tar.zst"),
}

def _merge_images_impl(ctx):
    if not ctx.attr.images:
        fail("{}: images is empty: give the labels of one image or more".format(ctx.label))
    chosen = _COMPRESSORS[ctx.attr.compressor]
    name = ctx.label.name
    out = ctx.outputs.out or ctx.actions.declare_file(name if name.endswith(chosen.extension) else name + chosen.extension)
    architecture = wanted_architecture(ctx)
    _merge_images(
        ctx,
        sources = [_source(ctx, target, architecture) for target in ctx.attr.images],
        architecture = architecture,
        compressor = chosen.compressor,
        out = out,
    )
    return [
        DefaultInfo(files = depset([out])),
        OutputGroupInfo(docker_archive = depset([out])),
    ]

def _source(ctx, target, architecture):
    source = image_source(
        ctx,
        target,
        attribute = "images",
        architecture = architecture,
        object_remedy = "give it in contents of a build_layered_image, and that here",
    )
    return struct(archive = source.archive, image = source.image, label = display_label(source.label))

merge_images = rule(
    implementation = _merge_images_impl,
    doc = "The rule behind the macro merge_images.",
    attrs = {
        "architecture": attr.string(doc = "The GOARCH that chooses in archives and indexes; the target platform's when empty."),
        "compressor": IMAGE_OUTPUTS_ATTRS["compressor"],
        "images": attr.label_list(doc = "Images of ours, docker archives, OCI layouts.", allow_files = True),
        "out": attr.output(doc = "The archive; NAME.tar.gz, NAME.tar.zst or NAME.tar when None."),
        "platform": attr.label(doc = "The platform to build the images for; the target platform when None."),
    } | OBJECT_CONTEXT_ATTRS,
    cfg = image_platform,
    toolchains = [TOOLCHAIN_TYPE],
)
