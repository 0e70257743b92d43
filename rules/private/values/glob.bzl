"""Patterns over names."""

def matches_any(name, patterns):
    """Whether a name matches one of some patterns.

    Args:
      name: string.
      patterns: list of strings, in which * stands for any text.

    Returns:
      bool.
    """
    return bool([pattern for pattern in patterns if _matches(name, pattern)])

def _matches(name, pattern):
    parts = pattern.split("*")
    if len(parts) == 1:
        return name == pattern
    if not name.startswith(parts[0]) or not name.endswith(parts[-1]) or len(name) < len(parts[0]) + len(parts[-1]):
        return False
    rest = name[len(parts[0]):len(name) - len(parts[-1])]
    for part in parts[1:-1]:
        at = rest.find(part)
        if at < 0:
            return False
        rest = rest[at + len(part):]
    return True
