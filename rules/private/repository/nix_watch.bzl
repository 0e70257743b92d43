"""Follows the files that Nix reads."""

_READ = ["evaluating file ", "copied source ", "copying "]
_QUOTES = ["'", '"']

# Folders below one that is followed which Nix does not read, or need not.
_LEFT_OUT = [".git", ".direnv"]

# Starlark has no loop without an end.
_MOST_FILES = 1000000

def evaluated_files(messages):
    """The files and folders that Nix says it read (with -vv).

    Args:
      messages: string, what Nix wrote to the standard error.

    Returns:
      list of strings, absolute paths outside of the store.
    """
    paths = {}
    for line in messages.split("\n"):
        for start in _READ:
            _, found, rest = line.partition(start)
            if not found or rest[:1] not in _QUOTES:
                continue
            path = rest[1:].partition(rest[0])[0]
            if path.startswith("/") and not path.startswith("/nix/store/"):
                paths[path] = None
    return paths.keys()

def local_flake(reference):
    """The folder of a flake that is on this machine.

    Args:
      reference: string, such as ".#hello" or "path:/flake?dir=x".

    Returns:
      string, absolute or relative to the workspace; None for other flakes.
    """
    path = reference.partition("#")[0].partition("?")[0]
    for scheme in ["path:", "git+file://", "git+file:"]:
        if path.startswith(scheme):
            return path[len(scheme):]
    return path if path[:1] in [".", "/"] else None

def watch(rctx, path):
    """Has the repository fetched again when a file, or a file in a folder, changes.

    Links in a folder are not followed: those of Bazel lead to what it builds, and
    some lead nowhere.

    Args:
      rctx: repository context.
      path: path or string; it may be absent.
    """
    path = rctx.path(path)
    if not path.is_dir:
        rctx.watch(path)
        return
    folders = [path]
    for _ in range(_MOST_FILES):
        if not folders:
            break
        folder = folders.pop()
        at = str(folder.realpath)
        for entry in folder.readdir():
            if not entry.exists or str(entry.realpath) != "{}/{}".format(at, entry.basename):
                continue
            if not entry.is_dir:
                rctx.watch(entry)
            elif entry.basename not in _LEFT_OUT:
                folders.append(entry)
