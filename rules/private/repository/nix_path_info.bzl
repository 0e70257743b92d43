"""What Nix says of store paths."""

def parse_path_info(text):
    """Reads the output of `nix path-info --json`, in whichever of its shapes.

    Nix up to 2.18 prints a list of objects with a "path", later versions a dict
    from store paths, and with --json-format 2 a dict with "info" and
    "storeDir" in which paths are base names.

    Args:
      text: string.

    Returns:
      dict from store paths to lists of the store paths they refer to; None when
      the text has none of these shapes.
    """
    info = json.decode(text, default = None)
    prefix = ""
    if type(info) == "dict" and type(info.get("info")) == "dict":
        prefix = info.get("storeDir", "/nix/store") + "/"
        info = info["info"]
    if type(info) == "list":
        info = {entry["path"]: entry for entry in info if type(entry) == "dict" and "path" in entry}
    if type(info) != "dict" or [entry for entry in info.values() if type(entry) != "dict" or "references" not in entry]:
        return None
    return {
        prefix + path: [prefix + reference for reference in entry["references"]]
        for path, entry in info.items()
    }

def parse_references(text):
    """Reads lines that are "= PATH" or, after one, the paths that it refers to.

    Args:
      text: string.

    Returns:
      dict from store paths to lists of the store paths they refer to.
    """
    objects = {}
    references = []
    for line in text.split("\n"):
        if line.startswith("= "):
            references = []
            objects[line[len("= "):]] = references
        elif line:
            references.append(line)
    return objects
