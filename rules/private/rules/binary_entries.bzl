"""A program of Bazel with its runfiles as entries of a store object."""

load("//rules/private/actions:object_source.bzl", "file_entry", "runfiles_entries", "runfiles_path", "symlink_entry")
load("//rules/private/rules:placed_files.bzl", "placed_entries", "placed_files")

def binary_entries(ctx, binary, name):
    """Places an executable at bin/NAME and its runfiles at bin/NAME.runfiles, where runfiles libraries look.

    The contents of an image are linked directory by directory, so that a
    program started through its link /bin/NAME finds /bin/NAME.runfiles. All
    files are 0555, whatever they are on disk, as remote executors have it.

    Args:
      ctx: rule or aspect context.
      binary: Target with an executable.
      name: string, the program's name in bin.

    Returns:
      list of structs for tree_source.
    """
    info = binary[DefaultInfo]
    executable = info.files_to_run.executable
    program = "bin/" + name
    root = program + ".runfiles"
    found = _runfiles_entries(ctx, info, executable, root)
    if found:
        inside = root + "/" + runfiles_path(executable)
        found.append(symlink_entry(inside, "../" * inside.count("/") + program))
        if name != executable.basename:
            # A program that is linked with shared libraries looks for them below its first name.
            found.append(symlink_entry("bin/{}.runfiles".format(executable.basename), name + ".runfiles"))
        mapping = getattr(info.files_to_run, "repo_mapping_manifest", None)
        if mapping:
            found.append(file_entry(mapping, root + "/_repo_mapping", True))
    return [file_entry(executable, program, True)] + found

def _runfiles_entries(ctx, info, executable, root):
    runfiles = info.default_runfiles
    if not runfiles:
        return []

    # Whether there is anything besides the program cannot be told without a look.
    files = [file for file in runfiles.files.to_list() if file != executable]
    entries = runfiles_entries(files, root)
    placed = placed_files(runfiles)
    nothing = None
    if None in placed.values():
        nothing = ctx.actions.declare_file(ctx.label.name + ".empty")
        ctx.actions.write(nothing, "")
    for path, file in placed.items():
        entries += placed_entries(file or nothing, root + "/" + path)
    return entries
