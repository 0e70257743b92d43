"""A program of Bazel with its runfiles as entries of a store object."""

load("//rules/private/actions:object_source.bzl", "directory_files_entry", "file_entry", "runfiles_path", "symlink_entry")

def binary_entries(binary, name):
    """Places an executable at bin/NAME and its runfiles at bin/NAME.runfiles, where every runfiles library looks.

    All of them are 0555, whatever they are on disk, as remote executors have it.

    Args:
      binary: Target with an executable.
      name: string, the program's name in bin.

    Returns:
      list of structs for tree_source.
    """
    info = binary[DefaultInfo]
    executable = info.files_to_run.executable
    entries = [file_entry(executable, "bin/" + name, True)]
    runfiles = info.default_runfiles
    files = [file for file in runfiles.files.to_list() if file != executable] if runfiles else []
    if not files and not (runfiles and (runfiles.symlinks or runfiles.root_symlinks or runfiles.empty_filenames)):
        return entries
    root = "bin/" + name + ".runfiles"
    entries.append(directory_files_entry(depset(files), root, True, "runfiles"))
    entries.append(symlink_entry(root + "/" + runfiles_path(executable), _up(root + "/" + runfiles_path(executable)) + "bin/" + name))
    return entries + _links(runfiles, root) + _repo_mapping(info, root)

def _links(runfiles, root):
    entries = []
    for link in runfiles.symlinks.to_list():
        entries.append(file_entry(link.target_file, root + "/_main/" + link.path, True))
    for link in runfiles.root_symlinks.to_list():
        entries.append(file_entry(link.target_file, root + "/" + link.path, True))
    return entries

def _repo_mapping(info, root):
    mapping = getattr(info.files_to_run, "repo_mapping_manifest", None)
    return [file_entry(mapping, root + "/_repo_mapping", True)] if mapping else []

def _up(path):
    return "../" * path.count("/")
