"""Lines of /etc/passwd and /etc/group: what they must be, and their errors. They follow passwd(5) and group(5)."""

# The largest number of a user or a group: the one after it means "none".
_MAX_ID = 4294967294

_PASSWD = struct(
    file = "passwd",
    fields = ["name", "password", "uid", "gid", "comment", "home", "shell"],
    numbers = ["uid", "gid"],
    key = "uid",
)

_GROUP = struct(
    file = "group",
    fields = ["name", "password", "gid", "members"],
    numbers = ["gid"],
    key = "gid",
)

def passwd_problem(lines):
    """What is wrong with lines of /etc/passwd.

    Args:
      lines: list of strings.

    Returns:
      string that names the line, or None.
    """
    return _problem(_PASSWD, lines)

def group_problem(lines):
    """What is wrong with lines of /etc/group.

    Args:
      lines: list of strings.

    Returns:
      string that names the line, or None.
    """
    return _problem(_GROUP, lines)

def id_problem(value):
    """What is wrong with the number of a user or a group.

    Args:
      value: string.

    Returns:
      string, or None.
    """
    if not value.isdigit() or len(value) > 10 or int(value) > _MAX_ID:
        return '"{}" is not a number from 0 to {}'.format(value, _MAX_ID)
    return None

def name_problem(name):
    """What is wrong with the name of a user or a group.

    Args:
      name: string.

    Returns:
      string, or None.
    """
    if not name:
        return "it is empty"
    if len(name) > 32:
        return '"{}" has {} characters, at most 32 are possible'.format(name, len(name))
    for character in name.elems():
        if not (character.isalnum() or character in "._-"):
            return '"{}" has {}: use letters, digits, ., _ and -'.format(name, repr(character))
    if name[0] == "-" or name.isdigit():
        return '"{}" could be taken for {}'.format(name, "an option" if name[0] == "-" else "a number")
    return None

def _problem(kind, lines):
    names, numbers = {}, {}
    for line in lines:
        problem = _line_problem(kind, line)
        if problem:
            return '"{}": {}'.format(line, problem)
        values = _values(kind, line)
        for seen, field in [(names, "name"), (numbers, kind.key)]:
            # 00 and 0 are one number.
            value = values[field] if field == "name" else str(int(values[field]))
            if value in seen:
                return '"{}": the {} {} is there already, in "{}": give another one'.format(line, field, value, seen[value])
            seen[value] = line
    return None

def _line_problem(kind, line):
    for character in ["\n", "\r", "\0"]:
        if character in line:
            return "a line cannot hold {}".format(repr(character))
    fields = line.split(":")
    if len(fields) != len(kind.fields):
        return "{} fields, and a line of /etc/{} has {}: {}".format(len(fields), kind.file, len(kind.fields), ":".join(kind.fields))
    values = _values(kind, line)
    problem = name_problem(values["name"])
    if problem:
        return "name: " + problem
    for field in kind.numbers:
        problem = id_problem(values[field])
        if problem:
            return "{}: {}".format(field, problem)
    for field in ["home", "shell"]:
        value = values.get(field)
        if value and not value.startswith("/"):
            return '{}: "{}" is not an absolute path'.format(field, value)
    return None

def _values(kind, line):
    return dict(zip(kind.fields, line.split(":")))
