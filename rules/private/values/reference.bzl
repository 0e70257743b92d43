"""Names of images: repository and tag."""

_TAG_FIRST = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"
_TAG_REST = _TAG_FIRST + ".-"
_TAG_LENGTH = 128

_NAME_EDGE = "abcdefghijklmnopqrstuvwxyz0123456789"
_NAME = _NAME_EDGE + "._-/:"
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

    Follows the grammar of the distribution project's references.

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
    host = components[0] if len(components) > 1 and ("." in components[0] or ":" in components[0] or components[0] == "localhost") else None
    for component in components[1:] if host else components:
        problem = _component_problem(component)
        if problem:
            return problem
    return _host_problem(host) if host else None

def _component_problem(component):
    if not component or component[0] not in _NAME_EDGE or component[-1] not in _NAME_EDGE:
        return "its component {} does not begin and end with a letter or a digit".format(repr(component))
    if ":" in component:
        return "its component {} has a colon, which only a registry's port has".format(repr(component))

    # A separator is one dot, one or two underscores, or any number of dashes.
    text = component
    for character in _NAME_EDGE.elems():
        text = text.replace(character, " ")
    for separator in text.split(" "):
        if separator not in ["", ".", "_", "__"] and separator.strip("-"):
            return "its component {} has {}: between letters and digits stand one dot, one or two underscores, or dashes".format(repr(component), repr(separator))
    return None

def _host_problem(host):
    name, colon, port = host.partition(":")
    if colon and (not port or port.strip("0123456789")):
        return "the port of its registry {} is not a number".format(repr(host))
    for label in name.split("."):
        if not label or label[0] == "-" or label[-1] == "-" or "_" in label:
            return "its registry {} is not the name of a host".format(repr(host))
    return None
