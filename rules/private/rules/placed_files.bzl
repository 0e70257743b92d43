"""Runfiles that no target made or has as its own: symlinks, root symlinks and empty files."""

load("//rules/private/actions:object_source.bzl", "directory_files_entry", "empty_directory_entry", "file_entry")

def placed_files(runfiles):
    """What a program's runfiles have at places of their own.

    Args:
      runfiles: runfiles, or None.

    Returns:
      dict from paths below a runfiles root to Files, None for an empty file.
    """
    if not runfiles:
        return {}
    return (
        {_place(path): None for path in runfiles.empty_filenames.to_list()} |
        {_place(link.path): link.target_file for link in runfiles.symlinks.to_list()} |
        {link.path: link.target_file for link in runfiles.root_symlinks.to_list()}
    )

def placed_entries(file, path):
    """Entries for one of them.

    Args:
      file: File; a directory (tree artifact) has its files below the path.
      path: string, the destination in the object.

    Returns:
      list of structs for tree_source.
    """
    if file.is_directory:
        return [empty_directory_entry(path), directory_files_entry(depset([file]), path, True, "tree")]
    return [file_entry(file, path, True)]

def _place(path):
    # Paths are relative to the main repository's folder.
    return path[len("../"):] if path.startswith("../") else "_main/" + path
