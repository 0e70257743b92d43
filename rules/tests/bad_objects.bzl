"""Objects whose attributes are wrong, and what must be said of them."""

load("//rules:defs.bzl", "store_object")
load(":store_object_test.bzl", "failure_test")

_CASES = {
    "absolute": struct(
        attributes = {"symlinks": {"/bin/x": "y"}},
        message = "symlinks: \"/bin/x\" is not a path below the object's root",
    ),
    "directory_as_file": struct(
        attributes = {"srcs": {":two_files": "share/x"}},
        message = "has 2 files: end its destination with a slash (\"share/x/\")",
    ),
    "empty": struct(
        attributes = {},
        message = "the object is empty: give srcs, binary, tree, symlinks or empty_dirs",
    ),
    "escaping": struct(
        attributes = {"empty_dirs": ["a/../../b"]},
        message = "empty_dirs: \"a/../../b\" is not a path below",
    ),
    "newline": struct(
        attributes = {"symlinks": {"a\nb": "y"}},
        message = "has a newline or a NUL",
    ),
    "tree": struct(
        attributes = {"tree": ":leaf.txt"},
        message = "is not one directory",
    ),
}

def bad_objects(name):
    """Declares a test for each case.

    Args:
      name: string, the prefix of the tests' names.
    """
    for case, wanted in _CASES.items():
        store_object(
            name = "{}_{}".format(name, case),
            tags = ["manual"],
            **wanted.attributes
        )
        failure_test(
            name = "{}_{}_test".format(name, case),
            message = wanted.message,
            target_under_test = ":{}_{}".format(name, case),
        )
