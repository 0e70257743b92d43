"""A directory of an image with a mode and an owner of its own: MODE:UID:GID:PATH."""

load("//rules/private/values:accounts.bzl", "id_problem")

def image_directory(label, text):
    """Reads such a text.

    Args:
      label: Label of the target that declares the directory.
      text: string; PATH is absolute.

    Returns:
      struct as in ImageDirectoriesInfo.
    """
    mode, uid, gid, path = text.split(":", 3)
    relative = path.strip("/")
    if not path.startswith("/") or "\n" in path or [part for part in relative.split("/") if part in ("", ".", "..")]:
        fail('{}: "{}" is not the absolute path of a directory below the root: write it as "/{}"'.format(label, path, path.strip("/") or "tmp"))
    digits = mode.lstrip("0")
    if not mode or len(digits) > 4 or digits.strip("01234567"):
        fail('{}: the mode of {}, "{}": want octal digits, such as "1777"'.format(label, path, mode))
    for number in [uid, gid]:
        problem = id_problem(number)
        if problem:
            fail("{}: the owner of {}: {}".format(label, path, problem))
    return struct(path = relative, mode = ("0000" + digits)[-4:], uid = int(uid), gid = int(gid), label = label)
