"""The image that an image is built on."""

load("//rules/private/actions:base_info.bzl", "archive_base_info", "image_base_info")
load("//rules/private/rules:image_source.bzl", "check_selected", "image_source")

IMAGE_BASE_ATTRS = {
    "from_image": attr.label(
        doc = "The image to build on: one of ours, a docker archive, or an OCI layout (a directory, or a tar of one).",
        allow_files = True,
    ),
    "from_image_name": attr.string(doc = "Which image of an archive that has several: its name."),
    "from_image_tag": attr.string(doc = "Which image of an archive that has several: its tag."),
    "inherit_config": attr.string_list(doc = "Fields of the config that come from the base image; all for [\"*\"].", default = ["*"]),
}

def image_base(ctx, *, platform, store_dir):
    """Reads the attributes.

    Args:
      ctx: rule context with IMAGE_BASE_ATTRS.
      platform: struct from image_platform.
      store_dir: string.

    Returns:
      struct: info and config (Files, see BaseInfo), architecture (the GOARCH
      that chooses in an image index), image (ImageInfo or None) or archive
      (File) with name and tag; None without a base image.
    """
    if not ctx.attr.from_image:
        for attribute in ["from_image_name", "from_image_tag"]:
            if getattr(ctx.attr, attribute):
                fail("{}: {} is set, and from_image is not".format(ctx.label, attribute))
        return None
    output = ctx.label.name
    source = image_source(
        ctx,
        ctx.attr.from_image,
        attribute = "from_image",
        architecture = platform.built_for,
        object_remedy = "give it in contents",
    )
    if source.image:
        image = source.image
        _check_platform(ctx, image, platform)
        check_selected(ctx, source)
        described = image_base_info(ctx, image = image, store_dir = store_dir, output = output)
        return struct(architecture = platform.built_for, archive = None, config = described.config, image = image, info = described.info)
    archive = source.archive
    described = archive_base_info(
        ctx,
        archive = archive,
        name = ctx.attr.from_image_name,
        tag = ctx.attr.from_image_tag,
        architecture = platform.built_for,
        store_dir = store_dir,
        output = output,
    )
    return struct(
        architecture = platform.built_for,
        archive = archive,
        config = described.config,
        image = None,
        info = described.info,
        name = ctx.attr.from_image_name,
        tag = ctx.attr.from_image_tag,
    )

def _check_platform(ctx, image, platform):
    if image.platform.architecture not in [platform.architecture, platform.built_for]:
        fail(("{}: from_image: {} is for {}/{}, and this image for {}/{}: give one for each platform, " +
              "from_image = select({{\"@platforms//cpu:arm64\": ..., ...}})").format(
            ctx.label,
            ctx.attr.from_image.label,
            image.platform.os,
            image.platform.architecture,
            platform.os,
            platform.architecture,
        ))
