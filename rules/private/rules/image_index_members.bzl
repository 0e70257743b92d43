"""The images of an index: those that are given, or one for several platforms."""

load("//rules/private/providers:image_index_info.bzl", "ImageIndexInfo")
load("//rules/private/providers:image_info.bzl", "ImageInfo")
load("//rules/private/transitions:index_platforms.bzl", "index_platforms")

_OwnPlatformInfo = provider(
    doc = "What an image says of its platform itself.",
    fields = {"label": "Label: its attribute platform, or None."},
)

def _own_platform_impl(_target, ctx):
    platform = getattr(ctx.rule.attr, "platform", None)
    return [_OwnPlatformInfo(label = platform.label if type(platform) == "Target" else None)]

_own_platform = aspect(
    implementation = _own_platform_impl,
    doc = "Finds the platform that an image sets for itself, over which no other can prevail.",
    provides = [_OwnPlatformInfo],
    required_providers = [ImageInfo],
)

IMAGE_INDEX_MEMBERS_ATTRS = {
    "image": attr.label(
        doc = "The image that is built for each of the platforms.",
        aspects = [_own_platform],
        cfg = index_platforms,
        providers = [[ImageInfo], [ImageIndexInfo]],
    ),
    "images": attr.label_list(
        doc = "The images, in the order of the index.",
        providers = [[ImageInfo], [ImageIndexInfo]],
    ),
    "platforms": attr.label_list(
        doc = "The platforms that `image` is built for, in the order of the index.",
        providers = [platform_common.PlatformInfo],
    ),
}

def index_members(ctx):
    """The images of an index, in its order.

    Args:
      ctx: rule context with IMAGE_INDEX_MEMBERS_ATTRS.

    Returns:
      list of structs: label (string, for messages) and image (ImageInfo).
    """
    attr = ctx.attr
    if bool(attr.images) == bool(attr.image):
        fail("{}: give images, a list, or image with platforms{}".format(ctx.label, ", not both" if attr.image else ""))
    if attr.image and not attr.platforms:
        fail("{}: image is built for platforms, and there are none: set platforms = [\"<label of a Linux platform>\", ...], or use images".format(ctx.label))
    if attr.images and attr.platforms:
        fail("{}: platforms go with image, and images are built for their own: remove platforms, or replace images by image".format(ctx.label))
    if attr.images:
        return [_member(ctx, image, str(image.label)) for image in attr.images]
    return [_member_for(ctx, str(number), platform) for number, platform in enumerate(attr.platforms)]

def _member_for(ctx, key, platform):
    image = ctx.split_attr.image[key]
    own = image[_OwnPlatformInfo].label if _OwnPlatformInfo in image else None
    if own:
        fail(("{}: {} is built for {}, its attribute platform, and not for {}: remove platform there, " +
              "or list images that are each for a platform of their own in images").format(ctx.label, image.label, own, platform.label))
    return _member(ctx, image, "{} for {}".format(image.label, platform.label))

def _member(ctx, target, label):
    if ImageInfo not in target:
        fail("{}: {} is an image_index, and an index of indexes is not understood everywhere: list its images instead".format(ctx.label, target.label))
    return struct(label = label, image = target[ImageInfo])
