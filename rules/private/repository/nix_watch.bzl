"""Follows the files that Nix reads."""

_EVALUATED = ["evaluating file '", "copied source '"]

def evaluated_files(messages):
    """The files and folders that Nix says it read (with -vv).

    Args:
      messages: string, what Nix wrote to the standard error.

    Returns:
      list of strings, absolute paths outside of the store.
    """
    paths = {}
    for line in messages.split("\n"):
        for start in _EVALUATED:
            _, found, rest = line.partition(start)
            path = rest.partition("'")[0]
            if found and path.startswith("/") and not path.startswith("/nix/store/"):
                paths[path] = None
    return paths.keys()

def watch(rctx, path):
    """Has the repository fetched again when a file, or a file in a folder, changes.

    The workspace as a whole, which Nix copies for a flake, is not followed:
    Bazel's own files may be in it.

    Args:
      rctx: repository context.
      path: path or string; it may be absent.
    """
    path = rctx.path(path)
    if not path.is_dir:
        rctx.watch(path)
    elif not (str(rctx.workspace_root) + "/").startswith(str(path) + "/"):
        rctx.watch_tree(path)
