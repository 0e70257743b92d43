"""Reads of a derivation, as Nix keeps it, what it is built from."""

def parse_inputs(text):
    """The inputs of a derivation.

    Its text is `Derive([outputs],[inputs],[sources],...`. In these three lists
    are store paths and names of outputs alone, in which no quotes or brackets
    stand.

    Args:
      text: string, the content of a .drv file.

    Returns:
      struct: derivations (dict from .drv paths to lists of names of outputs)
      and sources (list of store paths); None when it is no such text.
    """
    start = "Derive("
    if not text.startswith(start + "["):
        return None
    lists = []
    rest = text[len(start):]
    for _ in range(3):
        if not rest.startswith("["):
            return None
        length = _list_length(rest)
        lists.append(rest[1:length - 1])
        rest = rest[length + 1:]
    _, inputs, sources = lists
    derivations = {}
    for entry in inputs.split('("')[1:]:
        strings = entry.split('"')
        derivations[strings[0]] = strings[2::2]
    return struct(derivations = derivations, sources = sources.split('"')[1::2])

def _list_length(text):
    """The length of the list that a text begins with, brackets included."""
    depth, length = 0, 0
    for piece in text.split("]"):
        depth += piece.count("[") - 1
        length += len(piece) + 1
        if depth == 0:
            break
    return length
