"""What targets of store objects are called."""

def base_name(path):
    """The last component of a store path.

    Args:
      path: string, store path.

    Returns:
      string, HASH-NAME.
    """
    return path.split("/")[-1]

def name_part(path):
    """The name of a store path, without the hash.

    Args:
      path: string, store path.

    Returns:
      string, such as "hello-2.12".
    """
    return base_name(path)[33:]

def free_name(roots, path, names):
    """What a result is called among others: the first of some names that no other path has, else its own.

    Args:
      roots: dict from the names that are taken to store paths.
      path: string, store path.
      names: list of strings, empty ones count for nothing.

    Returns:
      string.
    """
    for name in names:
        if name and roots.get(name, path) == path:
            return name
    return base_name(path)

def package_name(path):
    """The name of a store path without the version, as Nix's parseDrvName has it.

    Args:
      path: string, store path.

    Returns:
      string, such as "hello".
    """
    name = name_part(path)
    for at in range(1, len(name) - 1):
        if name[at] == "-" and not name[at + 1].isalpha():
            return name[:at]
    return name
