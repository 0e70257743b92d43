"""Where a store object's bytes come from, and how actions are told.

A source is a NAR, or a tree described by entries over Files of Bazel targets,
which are never copied. Modes, links and empty directories come from the
entries, never from the file system, which does not keep them.

A tree is handed over as a manifest: one record a line, fields separated by
NUL: type, mode, destination, and source or link target. The same entries are
written with exec paths into an action's own parameter file, and with the paths
of run_path into a file that travels with `bazel run`.
"""

def nar_source(nar):
    """A store object given as a NAR.

    Args:
      nar: File.

    Returns:
      struct: nar, entries (empty), files (depset of the one File), outputs (empty).
    """
    return struct(nar = nar, entries = (), files = depset([nar]), outputs = ())

def tree_source(entries):
    """A store object assembled from Files, links and directories.

    Args:
      entries: list of structs from the functions below.

    Returns:
      struct: nar (None), entries (tuple), files (depset of all Files), outputs
      (tuple of those that may be links).
    """
    return struct(
        nar = None,
        entries = tuple(entries),
        files = depset(transitive = [entry.files for entry in entries if entry.files]),
        outputs = tuple([file for entry in entries if entry.layout == "output" for file in entry.files.to_list()]),
    )

def file_entry(file, destination, executable):
    """One File at one destination.

    Args:
      file: File, not a directory.
      destination: string, relative to the object's root.
      executable: bool, mode 0555 instead of 0444.

    Returns:
      struct for tree_source.
    """
    return struct(
        files = depset([file]),
        layout = "single",
        format = _record("file", "0555" if executable else "0444", destination.replace("%", "%%"), "%s"),
    )

def directory_files_entry(files, prefix, executable, layout):
    """Files whose places are computed below one directory.

    Args:
      files: depset of Files; directories (tree artifacts) are expanded.
      prefix: string, the directory's destination; empty for the object's root.
      executable: bool, mode 0555 instead of 0444.
      layout: string: "tree" (a tree artifact's own structure), "runfiles" (as
        in a runfiles tree), "package" (relative to the owner's package) or
        "basename".

    Returns:
      struct for tree_source.
    """
    return struct(
        files = files,
        layout = layout,
        format = _record("file", "0555" if executable else "0444", _below(prefix, "%s"), None),
    )

def runfiles_entries(files, prefix):
    """A program's runfiles: files of mode 0555, and links that rules made as such.

    Args:
      files: list of Files.
      prefix: string, the runfiles directory's destination.

    Returns:
      list of structs for tree_source.
    """
    outputs = [file for file in files if not file.is_source and not file.is_directory]
    others = [file for file in files if file.is_source or file.is_directory]
    return (
        ([directory_files_entry(depset(others), prefix, True, "runfiles")] if others else []) +
        ([struct(
            files = depset(outputs),
            layout = "output",
            # A link is an ordinary File for Starlark; the action sees what it is.
            format = _record("output", "0555", _below(prefix, "%s"), None),
        )] if outputs else [])
    )

def symlink_entry(destination, target):
    """A symbolic link, made whatever it points to.

    Args:
      destination: string, relative to the object's root.
      target: string, the link's text.

    Returns:
      struct for tree_source.
    """
    return struct(files = None, layout = "literal", format = _record("symlink", "", destination, target))

def empty_directory_entry(destination):
    """A directory that is there even when nothing is in it.

    Args:
      destination: string, relative to the object's root.

    Returns:
      struct for tree_source.
    """
    return struct(files = None, layout = "literal", format = _record("directory", "0555", destination, ""))

def root_entry(path):
    """Places the object in a directory of images that it shares with others, not at its store path.

    Args:
      path: string, absolute.

    Returns:
      struct for tree_source.
    """
    return struct(files = None, layout = "literal", format = _record("root", "", "", path))

def executable_glob_entry(glob):
    """Makes files executable by their destination.

    Args:
      glob: string over destinations; * stays within a component, ** does not.

    Returns:
      struct for tree_source.
    """
    return struct(files = None, layout = "literal", format = _record("executable", "", glob, ""))

def add_object(args, store_path, source):
    """Adds the flag --object and all that it needs, the last of an action's arguments.

    Args:
      args: Args, written as lines into a parameter file.
      store_path: string.
      source: struct, the object's source.
    """
    args.add("--object")
    if source.nar:
        args.add(source.nar, format = store_path.replace("%", "%%") + "=%s")
        return
    args.add(store_path + "=@")

    # As one value: several actions take these records, and each Args would hold
    # every entry.
    args.add_all([source], map_each = exec_records)

def add_object_argument(args_factory, flag, store_path, source):
    """The arguments that tell an action one object: its flag and STORE_PATH=SOURCE.

    Args:
      args_factory: function that makes an Args (ctx.actions.args).
      flag: string, such as "--object".
      store_path: string.
      source: struct, the object's source.

    Returns:
      list of Args.
    """
    first = args_factory()
    first.add(flag)
    second = args_factory()
    if source.nar:
        second.add(source.nar, format = store_path + "=%s")
        return [first, second]
    second.use_param_file(store_path.replace("%", "%%") + "=@%s", use_always = True)
    second.set_param_file_format("multiline")
    add_records(second, source, runfiles = False)
    return [first, second]

def add_records(args, source, *, runfiles):
    """Adds the manifest records of a tree.

    Args:
      args: Args, written as lines.
      source: struct, the object's source, not a NAR.
      runfiles: bool, name sources by run_path instead of exec paths.
    """
    for entry in source.entries:
        if entry.layout == "literal":
            args.add(entry.format)
        else:
            args.add_all(
                entry.files,
                map_each = _RUNFILES_LAYOUTS[entry.layout] if runfiles else _EXEC_LAYOUTS[entry.layout],
                format_each = entry.format,
                expand_directories = True,
            )

def exec_records(source, directory_expander):
    """The manifest records of a tree, with exec paths: for map_each.

    Args:
      source: struct, the object's source, not a NAR.
      directory_expander: that of map_each.

    Returns:
      list of strings.
    """
    records = []
    for entry in source.entries:
        if entry.layout == "literal":
            records.append(entry.format)
            continue
        fill = _EXEC_LAYOUTS[entry.layout]
        for file in entry.files.to_list():
            records.extend([entry.format % fill(expanded) for expanded in directory_expander.expand(file)])
    return records

def runfiles_path(file):
    """The path of a File below the runfiles root, for the main repository's runfiles.

    Args:
      file: File.

    Returns:
      string.
    """
    if file.short_path.startswith("../"):
        return file.short_path[len("../"):]
    return "_main/" + file.short_path

def run_path(file):
    """Where the programs of `bazel run` find a File, below the runfiles root.

    What a build made is in the folder exec, by its exec path: one tree may hold
    it from several configurations, such as two platforms, and its runfiles path
    is the same in all of them.

    Args:
      file: File, in the runfiles by run_files.

    Returns:
      string.
    """
    return runfiles_path(file) if file.is_source else _EXEC + file.path

def run_files(ctx, files, outputs = ()):
    """Files as runfiles that run_path leads to.

    Args:
      ctx: rule or aspect context.
      files: list of Files.
      outputs: tuple of those that may be links that rules declared: Bazel
        makes these in time only if they are at their own places, too.

    Returns:
      runfiles.
    """
    return ctx.runfiles(
        files = [file for file in files if file.is_source] + list(outputs),
        root_symlinks = {_EXEC + file.path: file for file in files if not file.is_source},
    )

_EXEC = "exec/"

def package_relative_path(file):
    """The path of a File relative to the package of the target that made it.

    Args:
      file: File.

    Returns:
      string.
    """
    path = file.short_path
    if path.startswith("../"):
        path = path.split("/", 2)[2]
    package = file.owner.package
    return path.removeprefix(package + "/") if package else path

def _record(kind, mode, destination, source):
    fields = [kind, mode, destination]
    if source != None:
        fields.append(source)
    return "\0".join(fields)

def _below(prefix, path):
    return prefix.replace("%", "%%") + "/" + path if prefix else path

# Each layout has two functions from a File to what fills its record, because
# map_each takes top-level functions: one for exec paths, one for the paths of
# `bazel run`. All but "single" give the destination's rest, NUL, the source.

def _single_exec(file):
    return file.path

def _single_runfiles(file):
    return run_path(file)

def _tree_exec(file):
    return _in_tree(file) + "\0" + file.path

def _tree_runfiles(file):
    return _in_tree(file) + "\0" + run_path(file)

def _in_tree(file):
    # `bazel aquery` shows the directory itself.
    return "" if file.is_directory else file.tree_relative_path

def _runfiles_exec(file):
    return runfiles_path(file) + "\0" + file.path

def _runfiles_runfiles(file):
    return runfiles_path(file) + "\0" + run_path(file)

def _package_exec(file):
    return package_relative_path(file) + "\0" + file.path

def _package_runfiles(file):
    return package_relative_path(file) + "\0" + run_path(file)

def _basename_exec(file):
    return file.basename + "\0" + file.path

def _basename_runfiles(file):
    return file.basename + "\0" + run_path(file)

_EXEC_LAYOUTS = {
    "basename": _basename_exec,
    "output": _runfiles_exec,
    "package": _package_exec,
    "runfiles": _runfiles_exec,
    "single": _single_exec,
    "tree": _tree_exec,
}

_RUNFILES_LAYOUTS = {
    "basename": _basename_runfiles,
    "output": _runfiles_runfiles,
    "package": _package_runfiles,
    "runfiles": _runfiles_runfiles,
    "single": _single_runfiles,
    "tree": _tree_runfiles,
}
