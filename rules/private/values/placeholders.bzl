"""Placeholders in texts: {NAME}, for a variable of Bazel's status files."""

_FIRST = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"
_REST = _FIRST + "0123456789"

def has_placeholder(text):
    """Whether a text has a placeholder. Other braces are text.

    Args:
      text: string.

    Returns:
      bool.
    """
    return without_placeholders(text, "") != text

def without_placeholders(text, value):
    """A text with a value in the place of every placeholder.

    Args:
      text: string.
      value: string.

    Returns:
      string.
    """
    parts = text.split("{")
    out = parts[0]
    for part in parts[1:]:
        name, closed, rest = part.partition("}")
        out += value + rest if closed and is_placeholder_name(name) else "{" + part
    return out

def is_placeholder_name(name):
    """Whether a name can stand between the braces.

    Args:
      name: string.

    Returns:
      bool.
    """
    return bool(name) and name[0] in _FIRST and not [c for c in name.elems() if c not in _REST]
