"""The rule of images that come from a registry."""

load("//rules/private/actions:closure.bzl", "empty_closure")
load("//rules/private/actions:docker_archive.bzl", "docker_archive")
load("//rules/private/actions:image_mtree.bzl", "image_mtree")
load("//rules/private/actions:layer_plan.bzl", "empty_plan")
load("//rules/private/actions:layer_tar.bzl", "base_tars")
load("//rules/private/actions:strata.bzl", "TOOLCHAIN_TYPE")
load("//rules/private/providers:image_info.bzl", "ImageInfo")
load("//rules/private/rules:deploy.bzl", "DEPLOY_ATTRS", "deploy_files")
load("//rules/private/rules:object_context.bzl", "OBJECT_CONTEXT_ATTRS", "store_dir")
load("//rules/private/rules:pulled_image_description.bzl", "pulled_image_description")
load("//rules/private/rules:pulled_image_layers.bzl", "pulled_image_layers", "pulled_image_layout")

def _pulled_image_impl(ctx):
    layout = _layout(ctx)
    layers = pulled_image_layers(ctx, layout = layout, store_dir = store_dir(ctx), output = ctx.label.name)
    description = pulled_image_description(ctx, layout = layout, layers = layers, store_dir = store_dir(ctx))
    deploy = deploy_files(ctx, description = description, base = None, lazy = False)
    image = _image_info(ctx, layout, layers, description, deploy)
    return [
        image,
        DefaultInfo(
            executable = deploy.run,
            files = depset([image.config, image.manifest, deploy.stream]),
            runfiles = deploy.runfiles,
        ),
        OutputGroupInfo(
            closure = depset([image.closure]),
            config = depset([image.config]),
            digest = depset([image.digest]),
            image_tag = depset([image.image_tag]),
            manifest = depset([image.manifest]),
            plan = depset([image.plan]),
            **(_bytes(ctx, description, image) if layout else {})
        ),
    ]

def _bytes(ctx, description, image):
    """The output groups that need layers."""
    output = ctx.label.name
    return dict(
        docker_archive = depset([docker_archive(ctx, description = description, compressor = "none", output = output + ".tar")]),
        layers = depset([base_tars(ctx, description = description, output = output)]),
        mtree = depset([image_mtree(ctx, description = description, output = output)]),
        oci_layout = depset([image.oci_layout]),
    )

def _layout(ctx):
    """The files of the layout, and the one that is at its root; None for an image by reference."""
    if not ctx.attr.layout:
        return None
    marker = [file for file in ctx.files.layout if file.basename == "oci-layout"]
    if len(marker) != 1:
        fail("{}: layout: {} has no file oci-layout".format(ctx.label, ctx.attr.layout.label))
    return struct(files = ctx.files.layout, marker = marker[0])

def _image_info(ctx, layout, layers, description, deploy):
    return ImageInfo(
        build_args = None,
        candidates = depset(),
        closure = empty_closure(ctx, output = ctx.label.name),
        config = ctx.file.config,
        description = struct(
            inputs = description.inputs,
            records = description.records,
            run = description.run,
            runfiles = deploy.described,
            whole_runfiles = deploy.whole,
        ),
        digest = ctx.file.digest,
        image_tag = ctx.file.tag_file,
        layers = layers,
        made_at_run = False,
        manifest = ctx.file.manifest,
        name = ctx.attr.image_name,
        oci_layout = pulled_image_layout(ctx, layout = layout, output = ctx.label.name) if layout else None,
        passthru = {},
        plan = empty_plan(ctx, output = ctx.label.name),
        platform = struct(architecture = ctx.attr.architecture, os = ctx.attr.os),
        tag = ctx.attr.tag,
        top_layer = None,
    )

pulled_image = rule(
    implementation = _pulled_image_impl,
    doc = "An image of a registry, as the repositories of pull.image declare it.",
    attrs = {
        "architecture": attr.string(doc = "GOARCH in the image's config.", mandatory = True),
        "config": attr.label(doc = "The image's config.", allow_single_file = True, mandatory = True),
        "diff_ids": attr.string_list(doc = "The diff IDs in the image's config, bottom layer first."),
        "digest": attr.label(doc = "The digest of the manifest, one line.", allow_single_file = True, mandatory = True),
        "image_name": attr.string(doc = "The repository part of the image's name.", mandatory = True),
        "layout": attr.label(doc = "The files of the OCI layout; None for an image by reference, which is only pushed.", allow_files = True),
        "manifest": attr.label(doc = "The image's manifest.", allow_single_file = True, mandatory = True),
        "os": attr.string(doc = "GOOS in the image's config.", mandatory = True),
        "plain_http": attr.bool(doc = "The registry is asked by plain HTTP."),
        "repository": attr.string(doc = "The repository that the image was pulled from, with its registry.", mandatory = True),
        "tag": attr.string(doc = "The tag.", mandatory = True),
        "tag_file": attr.label(doc = "The tag, one line.", allow_single_file = True, mandatory = True),
    } | OBJECT_CONTEXT_ATTRS | DEPLOY_ATTRS,
    executable = True,
    provides = [ImageInfo],
    toolchains = [TOOLCHAIN_TYPE],
)
