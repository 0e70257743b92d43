"""Any target with files as a store object, declared once by an aspect and shared by all images."""

load("//rules/private/actions:object_source.bzl", "directory_files_entry", "empty_directory_entry", "tree_source")
load("//rules/private/actions:strata.bzl", "TOOLCHAIN_TYPE")
load("//rules/private/providers:store_object_info.bzl", "StoreObjectInfo")
load("//rules/private/rules:binary_entries.bzl", "binary_entries")
load("//rules/private/rules:object_context.bzl", "OBJECT_CONTEXT_ATTRS", "label_store_path", "make_store_object")

def _files_object_impl(target, ctx):
    if StoreObjectInfo in target:
        return []
    entries = _entries(ctx, target)
    if not entries:
        return []
    return [make_store_object(
        ctx,
        label = target.label,
        store_path = label_store_path(ctx, target.label),
        source = tree_source(entries),
        deps = [],
        references = [],
        mutable = True,
        allow_undeclared_references = False,
        has_deps = False,
        output = "_objects/" + target.label.name,
    )]

def _entries(ctx, target):
    info = target[DefaultInfo]

    # A filegroup of one file has an executable too, but no runfiles.
    if info.files_to_run and info.files_to_run.executable and info.files_to_run.runfiles_manifest:
        return binary_entries(ctx, target, target.label.name.split("/")[-1])
    files = info.files.to_list()
    if not files:
        return []
    plain = [f for f in files if not f.is_directory]
    directories = [f for f in files if f.is_directory]
    return (
        # A directory may be empty.
        [empty_directory_entry("")] +
        ([directory_files_entry(depset(plain), "", False, "package")] if plain else []) +
        ([directory_files_entry(depset(directories), "", False, "tree")] if directories else [])
    )

files_object_aspect = aspect(
    implementation = _files_object_impl,
    doc = """Makes a store object of a target that is not one.

An executable target is placed in `bin` with its runfiles; files go to their
places relative to their package; a directory (tree artifact) is the root.
""",
    attrs = OBJECT_CONTEXT_ATTRS,
    toolchains = [TOOLCHAIN_TYPE],
)
