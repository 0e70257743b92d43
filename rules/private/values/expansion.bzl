"""$(store_path LABEL) in strings: found when targets are loaded, replaced when they are analysed."""

_OPEN = "$(store_path "

def normalise(text):
    """Writes every label in its full form, as seen from the package that is being loaded.

    Args:
      text: string.

    Returns:
      string.
    """
    return _map_labels(text, _full_label, keep_literals = True)

def labels_in(text):
    """The labels that a normalised text names.

    Args:
      text: string.

    Returns:
      list of strings, sorted, each once.
    """
    found = {}

    def note(label):
        found[label] = None
        return label

    _map_labels(text, note, keep_literals = True)
    return sorted(found.keys())

def expand(text, paths, where):
    """Replaces every $(store_path LABEL) of a normalised text.

    Args:
      text: string.
      paths: dict from label strings to store paths.
      where: string that begins the error message: target and attribute.

    Returns:
      string.
    """

    def store_path(label):
        if label not in paths:
            fail("{}: $(store_path {}): the object is not known: add the label to config_deps; known are {}".format(
                where,
                label,
                ", ".join(sorted(paths.keys())) or "none",
            ))
        return paths[label]

    return _map_labels(text, store_path, keep_literals = False)

def _full_label(label):
    return str(native.package_relative_label(label))

def _map_labels(text, function, keep_literals):
    pieces = text.split(_OPEN)
    out = [pieces[0]]
    for piece in pieces[1:]:
        if out[-1].endswith("$"):
            # "$$(store_path " stands for itself.
            out[-1] = out[-1] if keep_literals else out[-1][:-1]
            out.append(_OPEN + piece)
            continue
        label, parenthesis, rest = piece.partition(")")
        if not parenthesis:
            fail("{}{}: no closing parenthesis".format(_OPEN, label))
        value = function(label.strip())
        out.append(("{}{})".format(_OPEN, value) if keep_literals else value) + rest)
    return "".join(out)
