"""Images that a rule takes from other targets: images of ours, docker archives, OCI layouts."""

load("//rules/private/providers:image_index_info.bzl", "ImageIndexInfo")
load("//rules/private/providers:image_info.bzl", "ImageInfo")
load("//rules/private/providers:store_object_info.bzl", "StoreObjectInfo")
load("//rules/private/rules:object_context.bzl", "target_platform")
load("//rules/private/values:goarch.bzl", "GOARCH")

def wanted_architecture(ctx):
    """The architecture that chooses where there are images for several.

    Args:
      ctx: rule context with OBJECT_CONTEXT_ATTRS and the attribute architecture.

    Returns:
      string, a GOARCH: that of the attribute, or of the target platform; empty if
      that has none.
    """
    given = ctx.attr.architecture
    if given and given not in GOARCH:
        fail('{}: architecture = "{}": want a GOARCH, one of {}'.format(ctx.label, given, ", ".join(GOARCH)))
    architecture = given or target_platform(ctx).arch
    return "" if architecture == "unknown" else architecture

def image_source(ctx, target, *, attribute, architecture, object_remedy):
    """Where a target's image is, or the several images of a file.

    Args:
      ctx: rule context.
      target: Target, a value of the attribute.
      attribute: string, for messages.
      architecture: string, the GOARCH that chooses in an image_index.
      object_remedy: string, what to do with a store object instead.

    Returns:
      struct: label (Label), image (ImageInfo or None), archive (File or None).
    """
    image = None
    if ImageInfo in target:
        image = target[ImageInfo]
    elif ImageIndexInfo in target:
        image = _index_image(ctx, target, attribute, architecture)
    if not image:
        return struct(archive = _archive(ctx, target, attribute, object_remedy), image = None, label = target.label)
    if image.made_at_run:
        fail(('{}: {}: the time of {} is "now", so that its layers are not known before it runs: ' +
              "give it a fixed time, or use a build_layered_image").format(ctx.label, attribute, target.label))
    return struct(archive = None, image = image, label = target.label)

def _index_image(ctx, target, attribute, architecture):
    images = target[ImageIndexInfo].images
    for image in images:
        if image.platform.os == "linux" and image.platform.architecture == architecture:
            return image
    fail("{}: {}: {} has images for {}, and none for linux/{}".format(
        ctx.label,
        attribute,
        target.label,
        ", ".join([image.platform.os + "/" + image.platform.architecture for image in images]),
        architecture or "(a target platform of no known architecture)",
    ))

def _archive(ctx, target, attribute, object_remedy):
    if StoreObjectInfo in target:
        fail("{}: {}: {} is a store object, not an image: {}".format(ctx.label, attribute, target.label, object_remedy))
    files = target[DefaultInfo].files.to_list()
    if len(files) != 1:
        fail(("{}: {}: {} has {} files: give one docker archive, or an OCI layout as one directory " +
              "(a rule's output, or the label of a source directory)").format(ctx.label, attribute, target.label, len(files)))
    return files[0]

def check_selected(ctx, source):
    """Refuses a name and a tag that are not those of an image of ours.

    Args:
      ctx: rule context with the attributes from_image_name and from_image_tag.
      source: struct from image_source, with an image.
    """
    name, tag = ctx.attr.from_image_name, ctx.attr.from_image_tag
    if not name and not tag:
        return
    if not name or not tag:
        given, other = ("from_image_name", "from_image_tag") if name else ("from_image_tag", "from_image_name")

        # buildifier: disable=print
        print("{}: {} without {} selects nothing: the first image is taken".format(ctx.label, given, other))
        return
    image = source.image
    if image.name != name or image.tag not in [None, tag]:
        fail("{}: from_image: {} is {}:{}, not {}:{}".format(
            ctx.label,
            source.label,
            image.name,
            image.tag or "(a tag made of its content)",
            name,
            tag,
        ))
