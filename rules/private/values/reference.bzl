"""Names of images: repository and tag."""

_TAG_FIRST = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"
_TAG_REST = _TAG_FIRST + ".-"
_TAG_LENGTH = 128

_NAME = "abcdefghijklmnopqrstuvwxyz0123456789._-/:"
_NAME_EDGE = "abcdefghijklmnopqrstuvwxyz0123456789"
_NAME_LENGTH = 255

def tag_problem(tag):
    """What is wrong with a tag.

    Follows the grammar of the distribution project's references.

    Args:
      tag: string.

    Returns:
      string, or None when it is a tag.
    """
    if not tag:
        return "it is empty"
    if len(tag) > _TAG_LENGTH:
        return "it has {} characters, at most {} are allowed".format(len(tag), _TAG_LENGTH)
    if tag[0] not in _TAG_FIRST:
        return "it begins with {}, and a tag begins with a letter, a digit or _".format(repr(tag[0]))
    bad = [c for c in tag.elems() if c not in _TAG_REST]
    return "{} is not allowed in it: use letters, digits, _, . and -".format(repr(bad[0])) if bad else None

def name_problem(name):
    """What is wrong with the repository part of an image's name.

    Args:
      name: string, lower case; it may begin with a registry's host and port.

    Returns:
      string, or None when it is a name.
    """
    if not name:
        return "it is empty"
    if len(name) > _NAME_LENGTH:
        return "it has {} characters, at most {} are allowed".format(len(name), _NAME_LENGTH)
    bad = [c for c in name.elems() if c not in _NAME]
    if bad:
        return "{} is not allowed in it: use letters, digits, ., _, -, and / between components".format(repr(bad[0]))
    components = name.split("/")
    if ":" in components[-1]:
        return "it has a tag: give that in the attribute tag"
    for component in components:
        if not component or component[0] not in _NAME_EDGE or component[-1] not in _NAME_EDGE:
            return "its component {} does not begin and end with a letter or a digit".format(repr(component))
    return None
