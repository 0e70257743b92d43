"""The config of an image as the user wrote it."""

load("//rules/private/providers:image_config_info.bzl", "ImageConfigInfo")
load("//rules/private/values:expansion.bzl", "expand")

IMAGE_USER_CONFIG_ATTRS = {
    "config": attr.string(doc = "JSON text of the config."),
    "config_file": attr.label(doc = "A JSON file with the config.", allow_single_file = True),
}

def user_config(ctx, paths):
    """The config, with store paths in place of labels.

    Args:
      ctx: rule context with IMAGE_USER_CONFIG_ATTRS.
      paths: dict from labels to store paths.

    Returns:
      File.
    """
    if ctx.file.config_file:
        return ctx.file.config_file
    out = ctx.actions.declare_file(ctx.label.name + ".user-config.json")
    ctx.actions.write(out, expand(ctx.attr.config or "{}", paths, "{}: config".format(ctx.label)))
    return out

def config_references(ctx):
    """What mentions the store paths that the config brings, when that is not the config.

    Args:
      ctx: rule context with IMAGE_USER_CONFIG_ATTRS.

    Returns:
      File or None.
    """
    described = ctx.attr.config_file
    return described[ImageConfigInfo].references if described and ImageConfigInfo in described else None
