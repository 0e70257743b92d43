"""TargetGraphInfo: the targets that a program is made of."""

_DOC = """The graph of the targets that a target depends on, itself included.

Made by an aspect for `binary_closure`, which splits a program's runfiles into
store objects along it.
"""

_FIELDS = {
    "args": "list of strings: the target's attribute `args` with locations expanded, as `bazel run` hands it to the program; None when that cannot be known.",
    "args_problem": "string: why `args` cannot be known, or empty.",
    "environment_unknown": "list of strings: the names of further variables, whose values cannot be known.",
    "environment": "dict of strings: the variables that the target sets where it is run, as RunEnvironmentInfo has them.",
    "group": "string: the group that the target's own files are in, see runfiles_groups.bzl.",
    "node": "struct: label (string), group (string), package (string, the group of its package), deps (list of strings, the labels of the target's direct dependencies), objects (list of StoreObjectInfo, those among them), piece (depset of one struct of files, a tuple of Files, and object: the StoreObjectInfo without references that the target declares of own_files; None when there are none, or those of too many targets).",
    "nodes": "depset of the same, dependencies first: those of all targets that this one depends on.",
    "own_files": "depset of Files: those of the target and of its dependencies in the same group that runfiles are likely to have.",
    "own_targets": "int: how many targets own_files come from.",
    "platform": "TargetPlatformInfo: what the target is built for, which its own transition may have chosen.",
}

TargetGraphInfo = provider(doc = _DOC, fields = _FIELDS)
