"""The groups that runfiles are split into: one becomes one store object.

A group is what is likely to change together: an external repository, or a
package of the main repository. Package managers that put all packages into one
repository make a jar or a directory (tree artifact) of each, so these are
groups of their own.
"""

load("//rules/private/values:labels.bzl", "display_label")
load("//rules/private/values:store_path.bzl", "module_identity")

def label_group(label):
    """The group of the files in a package.

    Args:
      label: Label of a file or target in it.

    Returns:
      string: "@@repository", or "//package" in the main repository.
    """
    return "@@" + label.repo_name if label.repo_name else "//" + label.package

def file_group(file):
    """The group of a File.

    Args:
      file: File.

    Returns:
      string: as label_group, or the label of the target that made it.
    """
    owner = file.owner
    if file.is_directory or file.extension == "jar" and owner.repo_name:
        return display_label(owner)
    return "@@" + owner.repo_name if owner.repo_name else "//" + owner.package

def group_origin(group):
    """What is built together with a group's files, by a name without versions.

    Args:
      group: string.

    Returns:
      string: "@module/repository", or "//package"; a target's label with these.
    """
    if not group.startswith("@@"):
        return group
    repository, slashes, rest = group.removeprefix("@@").partition("//")
    return "@" + module_identity(repository) + slashes + rest

def group_name(group):
    """A name for a group's store object.

    Args:
      group: string.

    Returns:
      string, such as "numpy" or "server-lib", for a store path.
    """
    repository, slashes, rest = group_origin(group).partition("//")
    if not slashes:
        return repository.split("/")[-1].removeprefix("@") or "object"
    return (rest or "main").replace("/", "-")

def group_files(files):
    """Sorts Files into their groups.

    Of two outputs with one path, which are one target's in two configurations,
    the last one counts, as in Bazel's own runfiles trees.

    Args:
      files: list of Files.

    Returns:
      dict from groups to lists of Files.
    """
    groups = {}
    outputs = {}
    hidden = {}
    for file in files:
        if not file.is_source:
            path = file.short_path
            if path in outputs:
                hidden[outputs[path]] = None
            outputs[path] = file
    if hidden:
        files = [file for file in files if file not in hidden]
    for file in files:
        group = file_group(file)
        members = groups.get(group)
        if members == None:
            groups[group] = [file]
        else:
            members.append(file)
    return groups
