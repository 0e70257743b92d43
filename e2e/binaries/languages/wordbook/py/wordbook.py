"""A list of words."""

from python.runfiles import runfiles


def list_path():
    """The path of the list, found by the name that this module has for itself."""
    return runfiles.Create().Rlocation("wordbook/list.txt")
