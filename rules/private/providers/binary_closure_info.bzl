"""BinaryClosureInfo: how to start a program that binary_closure placed in an image."""

_DOC = "Of a program whose runfiles are store objects: what an image that runs it needs to know."

_FIELDS = {
    "args": "list of strings: the arguments that `bazel run` gives to the program; None when they cannot be known.",
    "args_problem": "string: why they cannot be known, or empty.",
    "environment": "dict of strings: the variables that the program's target sets (RunEnvironmentInfo).",
    "environment_unknown": "list of strings: the names of further variables, whose values cannot be known.",
    "files": "dict of lists of Files: the program's runfiles, by the groups that are an object each.",
    "label": "Label: the program's target.",
    "placed_files": "dict of Files, None for an empty file, by their paths below a runfiles root: the symlinks, root symlinks and empty files of the runfiles.",
    "program": "string: the absolute path in the image to start it by.",
    "root": "string: the directory of the image that holds everything, an absolute path.",
    "runfiles_dir": "string: the absolute path of its runfiles directory in the image, RUNFILES_DIR.",
    "working_dir": "string: the absolute path of the directory that `bazel run` starts it in.",
}

BinaryClosureInfo = provider(doc = _DOC, fields = _FIELDS)
