"""The rule of image indexes: one name for images of several platforms."""

load("//rules/private/actions:image_index.bzl", "index_annotations", _index = "image_index", _layout = "image_index_layout")
load("//rules/private/actions:strata.bzl", "TOOLCHAIN_TYPE")
load("//rules/private/providers:image_index_info.bzl", "ImageIndexInfo")
load("//rules/private/rules:image_index_members.bzl", "IMAGE_INDEX_MEMBERS_ATTRS", "index_members")
load("//rules/private/rules:image_index_run.bzl", "IMAGE_INDEX_RUN_ATTRS", "index_run_files")
load("//rules/private/values:reference.bzl", "name_problem", "tag_problem")

def _image_index_impl(ctx):
    name = _name(ctx)
    members = index_members(ctx)
    annotations = index_annotations(ctx, ctx.attr.annotations, output = ctx.label.name)
    index = _index(ctx, members = members, annotations = annotations, tag = ctx.attr.tag, output = ctx.label.name)
    layout = None
    if all([member.image.oci_layout for member in members]):
        layout = _layout(ctx, members = members, annotations = annotations, name = name, tag = ctx.attr.tag, output = ctx.label.name)
    run = index_run_files(ctx, members)
    return [
        ImageIndexInfo(
            digest = index.digest,
            image_tag = index.tag,
            images = [member.image for member in members],
            index = index.index,
            name = name,
            oci_layout = layout,
            tag = ctx.attr.tag or None,
        ),
        DefaultInfo(
            executable = run.run,
            files = depset([index.index]),
            runfiles = run.runfiles,
        ),
        OutputGroupInfo(
            digest = depset([index.digest]),
            image_tag = depset([index.tag]),
            index = depset([index.index]),
            oci_layout = depset([layout] if layout else []),
        ),
    ]

def _name(ctx):
    """The repository part of the index's name, lower-cased; the tag is checked too."""
    given = ctx.attr.image_name or ctx.label.name.split("/")[-1]
    name = given.lower()
    problem = name_problem(name)
    if problem and ctx.attr.image_name:
        fail('{}: image_name "{}": {}'.format(ctx.label, given, problem))
    if problem:
        fail('{}: the target\'s name, "{}", cannot be the index\'s: {}: set image_name'.format(ctx.label, given, problem))
    problem = ctx.attr.tag and tag_problem(ctx.attr.tag)
    if problem:
        fail('{}: tag "{}": {}'.format(ctx.label, ctx.attr.tag, problem))
    return name

image_index = rule(
    implementation = _image_index_impl,
    doc = "The rule behind the macro image_index.",
    attrs = {
        "annotations": attr.string_dict(doc = "Annotations of the index."),
        "image_name": attr.string(doc = "The repository part of the index's name."),
        "tag": attr.string(doc = "The tag; from the content when empty."),
    } | IMAGE_INDEX_MEMBERS_ATTRS | IMAGE_INDEX_RUN_ATTRS,
    executable = True,
    provides = [ImageIndexInfo],
    toolchains = [TOOLCHAIN_TYPE],
)
