"""Runs the machine's own Nix."""

# What of the environment decides what Nix does.
NIX_ENVIRONMENT = ["PATH", "NIX_REMOTE", "NIX_STORE_DIR", "NIX_STATE_DIR", "NIX_PATH", "NIX_CONFIG", "NIX_CONF_DIR"]

# Nix says at its end what was wrong; before it, which files it read.
_LAST_LINES = 40

def nix_program(rctx, tag, name):
    """Finds a program of Nix.

    Args:
      rctx: repository context.
      tag: string, the tag as messages name it, such as nix.store(name = "x").
      name: string, such as "nix-store".

    Returns:
      path.
    """
    program = rctx.which(name)
    if not program:
        fail("{}: {} is not in PATH: install Nix, or pin the objects in a lock file, which needs none (nix.lock)".format(tag, name))
    return program

def run_nix(rctx, tag, command, **kwargs):
    """Runs a command.

    Args:
      rctx: repository context.
      tag: string, for messages.
      command: list of strings and paths.
      **kwargs: for rctx.execute.

    Returns:
      struct of rctx.execute; the exit status is 0.
    """
    result = rctx.execute(command, timeout = 3600, **kwargs)
    if result.return_code != 0:
        fail("{}: {}: exit status {}:\n{}".format(
            tag,
            " ".join([str(word) for word in command]),
            result.return_code,
            "\n".join(result.stderr.strip().split("\n")[-_LAST_LINES:]),
        ))
    return result

def lines_of(text):
    """The lines of a text that are not empty.

    Args:
      text: string.

    Returns:
      list of strings.
    """
    return [line for line in text.split("\n") if line]

def search_path(entries):
    """The arguments that add to Nix's search path.

    Args:
      entries: list of strings, such as "nixpkgs=/path".

    Returns:
      list of strings.
    """
    return [word for entry in entries for word in ["-I", entry]]
