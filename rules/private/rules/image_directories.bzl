"""The directories of an image that have a mode or an owner of their own."""

load("//rules/private/providers:image_directories_info.bzl", "ImageDirectoriesInfo")
load("//rules/private/values:labels.bzl", "display_label")

def image_directories(ctx, targets):
    """Collects the directories that targets bring.

    Args:
      ctx: rule context.
      targets: list of Targets, an image's contents.

    Returns:
      list of structs as in ImageDirectoriesInfo, sorted by path, each path once.
    """
    found = {}
    infos = [target[ImageDirectoriesInfo].directories for target in targets if ImageDirectoriesInfo in target]
    for directory in depset(transitive = infos).to_list():
        other = found.setdefault(directory.path, directory)
        if _given(other) != _given(directory):
            fail(_clash(ctx, other, directory))
    return [found[path] for path in sorted(found)]

def _given(directory):
    return (directory.mode, directory.uid, directory.gid)

def _clash(ctx, first, second):
    return "{}: /{}: {} and {}: take one of them out, or give it other directories".format(
        ctx.label,
        first.path,
        _describe(first),
        _describe(second),
    )

def _describe(directory):
    return "{} gives mode {} and owner {}:{}".format(display_label(directory.label), directory.mode, directory.uid, directory.gid)
