"""What an image's plain attributes must be, and their errors."""

load("//rules/private/providers:image_config_info.bzl", "ImageConfigInfo")
load("//rules/private/rules:object_context.bzl", "target_platform")
load("//rules/private/values:goarch.bzl", "GOARCH")
load("//rules/private/values:reference.bzl", "name_problem", "tag_problem")
load("//rules/private/values:time.bzl", "time_problem")

def image_name(ctx):
    """The repository part of the image's name, lower-cased.

    Args:
      ctx: rule context.

    Returns:
      string.
    """
    described = ctx.attr.config_file[ImageConfigInfo].image_name if ctx.attr.config_file and ImageConfigInfo in ctx.attr.config_file else None
    chosen = ctx.attr.image_name or described
    given = chosen or ctx.label.name.split("/")[-1]
    name = given.lower()
    problem = name_problem(name)
    if problem:
        if chosen:
            fail('{}: image_name "{}": {}'.format(ctx.label, given, problem))
        fail('{}: the target\'s name, "{}", cannot be the image\'s: {}: set image_name'.format(ctx.label, given, problem))
    problem = ctx.attr.tag and tag_problem(ctx.attr.tag)
    if problem:
        fail('{}: tag "{}": {}'.format(ctx.label, ctx.attr.tag, problem))
    return name

def owner(ctx, attribute):
    """A user's or a group's number.

    Args:
      ctx: rule context.
      attribute: string.

    Returns:
      int.
    """
    value = getattr(ctx.attr, attribute)
    if value < 0:
        fail("{}: {} = {}: want a number from 0 to 2147483647, the largest that Bazel takes".format(ctx.label, attribute, value))
    return value

def image_times(ctx):
    """The times of the config and of the files.

    Args:
      ctx: rule context.

    Returns:
      struct of strings: created, mtime.
    """
    for attribute in ["created", "mtime"]:
        value = getattr(ctx.attr, attribute)
        problem = time_problem(value)
        if problem:
            fail('{}: {} = "{}": {}'.format(ctx.label, attribute, value, problem))
    return struct(created = ctx.attr.created, mtime = ctx.attr.mtime)

def image_platform(ctx):
    """The platform in the image's config.

    Args:
      ctx: rule context with OBJECT_CONTEXT_ATTRS.

    Returns:
      struct: os and architecture, which the config has, and built_for, the
      architecture of the target platform.
    """
    platform = target_platform(ctx)
    if platform.os != "linux":
        fail(('{}: the target platform is {}, and images are for Linux: set platform = "<label of a Linux platform>" ' +
              "on the image, or build with --platforms").format(ctx.label, platform.os))
    if ctx.attr.architecture and ctx.attr.architecture not in GOARCH:
        fail('{}: architecture = "{}": want a GOARCH, one of {}'.format(ctx.label, ctx.attr.architecture, ", ".join(GOARCH)))
    architecture = ctx.attr.architecture or platform.arch
    if architecture == "unknown":
        fail("{}: the target platform has no known architecture: set architecture to a GOARCH, such as amd64".format(ctx.label))
    return struct(os = platform.os, architecture = architecture, built_for = platform.arch)

# Fields of a config that a base image can give, as the Docker image
# specification v1.3.0 names them: those that a Dockerfile's FROM takes. The
# package go/image has the same list, and a test compares them.
_INHERITABLE = [
    "ArgsEscaped",
    "Cmd",
    "Entrypoint",
    "Env",
    "ExposedPorts",
    "Healthcheck",
    "Labels",
    "Shell",
    "StopSignal",
    "User",
    "Volumes",
    "WorkingDir",
]

def inherited_fields(ctx):
    """The fields of the config that come from the base image.

    Args:
      ctx: rule context.

    Returns:
      list of strings, or None for all.
    """
    fields = ctx.attr.inherit_config
    if fields == ["*"]:
        return None
    for field in fields:
        if field not in _INHERITABLE:
            fail('{}: inherit_config: "{}": want one of {}, or leave it out for all of them'.format(ctx.label, field, ", ".join(_INHERITABLE)))
    return fields
