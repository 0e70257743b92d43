"""store_object: a store object made of Bazel targets."""

load("//rules/private/actions:object_source.bzl", "directory_files_entry", "empty_directory_entry", "executable_glob_entry", "file_entry", "symlink_entry", "tree_source")
load("//rules/private/providers:store_object_info.bzl", "StoreObjectInfo")
load("//rules/private/rules:binary_entries.bzl", "binary_entries")
load("//rules/private/rules:object_context.bzl", "OBJECT_CONTEXT_ATTRS", "TOOLCHAIN_TYPE", "label_store_path", "make_store_object")

def _store_object_impl(ctx):
    store_path = label_store_path(ctx, ctx.label, ctx.attr.store_hash_salt)
    deps = [dep[StoreObjectInfo] for dep in ctx.attr.deps]
    entries = (
        _srcs_entries(ctx) +
        _tree_entries(ctx) +
        (binary_entries(ctx.attr.binary, ctx.attr.binary_name or ctx.attr.binary.label.name.split("/")[-1]) if ctx.attr.binary else []) +
        [symlink_entry(_destination(ctx, "symlinks", path), _text(ctx, "symlinks", target)) for path, target in ctx.attr.symlinks.items()] +
        [empty_directory_entry(_destination(ctx, "empty_dirs", path)) for path in ctx.attr.empty_dirs] +
        [executable_glob_entry(_destination(ctx, "executables", glob)) for glob in ctx.attr.executables]
    )
    if not entries:
        fail("{}: the object is empty: give srcs, binary, tree, symlinks or empty_dirs".format(ctx.label))
    info = make_store_object(
        ctx,
        label = ctx.label,
        store_path = store_path,
        source = tree_source(entries),
        deps = deps,
        references = [dep.store_path for dep in deps],
        mutable = True,
        allow_undeclared_references = ctx.attr.allow_undeclared_references,
        output = ctx.label.name,
    )
    return [
        info,
        DefaultInfo(files = depset([info.layer.metadata])),
        platform_common.TemplateVariableInfo({_variable(ctx.label.name): store_path}),
    ]

def _srcs_entries(ctx):
    entries = []
    for target, destination in ctx.attr.srcs.items():
        files = target[DefaultInfo].files
        destination = _text(ctx, "srcs", destination)
        if destination.endswith("/") or destination in ("", "."):
            prefix = destination.rstrip("/").removeprefix(".")
            entries.append(directory_files_entry(files, prefix and _destination(ctx, "srcs", prefix), False, "basename"))
            continue
        file = _single_file(ctx, target, destination)
        entries.append(file_entry(file, _destination(ctx, "srcs", destination), False))
    return entries

def _single_file(ctx, target, destination):
    files = target[DefaultInfo].files.to_list()
    if len(files) != 1:
        fail('{}: srcs: {} has {} files: end its destination with a slash ("{}/")'.format(ctx.label, target.label, len(files), destination))
    if files[0].is_directory:
        fail("{}: srcs: {} is a directory: give it as tree".format(ctx.label, target.label))
    return files[0]

def _tree_entries(ctx):
    if not ctx.attr.tree:
        return []
    files = ctx.attr.tree[DefaultInfo].files.to_list()
    if len(files) != 1 or not files[0].is_directory:
        fail("{}: tree: {} is not one directory (tree artifact): give files in srcs".format(ctx.label, ctx.attr.tree.label))
    return [directory_files_entry(depset(files), "", False, "tree")]

def _destination(ctx, attribute, path):
    path = _text(ctx, attribute, path)
    if path.startswith("/") or [part for part in path.split("/") if part in ("", ".", "..")]:
        fail('{}: {}: "{}" is not a path below the object\'s root: use the form "share/doc/file"'.format(ctx.label, attribute, path))
    return path

def _text(ctx, attribute, value):
    if "\n" in value or "\0" in value:
        fail("{}: {}: {} has a newline or a NUL, which Bazel cannot hand to actions: give the object as a NAR (nar_store_object)".format(ctx.label, attribute, repr(value)))
    return value

def _variable(name):
    return "STORE_PATH_" + "".join([c if c.isalnum() else "_" for c in name.elems()])

store_object = rule(
    implementation = _store_object_impl,
    doc = """A store object made of Bazel targets.

Its store path is `/nix/store/<hash>-<name>`, known at analysis and independent
of the bytes: the hash is over module, package, name and target platform. A
program or a file can mention it: as the make variable `$(STORE_PATH_<name>)`
(every character of the target's name other than letters and digits becomes
`_`) with the object in `toolchains`, or by `expand_store_paths`.

Files are 0444 or 0555 and directories 0555, as in a Nix store. What the
object's bytes mention must be in `deps`; a mention of any other store path is
an error of the build.

Make variable: `STORE_PATH_<name>`, the absolute store path.

```starlark
store_object(
    name = "hello",
    binary = "//cmd/hello",       # bin/hello, with its runfiles
    srcs = {"hello.conf": "etc/hello.conf"},
    symlinks = {"bin/hi": "hello"},
    deps = [":greeting"],
)
```
""",
    attrs = {
        "allow_undeclared_references": attr.bool(
            doc = "The object may mention store paths that are not in `deps`; they are not in the image on its account.",
        ),
        "binary": attr.label(
            doc = "An executable target, placed at `bin/<its name>` with mode 0555, its runfiles at `bin/<its name>.runfiles`.",
            executable = True,
            cfg = "target",
        ),
        "binary_name": attr.string(
            doc = "The program's name in `bin`; the name of the `binary` target when empty.",
        ),
        "deps": attr.label_list(
            doc = "Store objects that this one refers to: its references.",
            providers = [StoreObjectInfo],
        ),
        "empty_dirs": attr.string_list(
            doc = "Directories that are there even when nothing is in them, relative to the object's root.",
        ),
        "executables": attr.string_list(
            doc = "Globs over destinations whose files get mode 0555: `*` and `?` stay within a component, `**` spans several.",
        ),
        "srcs": attr.label_keyed_string_dict(
            doc = "Files and their destinations, relative to the object's root, mode 0444. A destination that ends in `/` is the folder of all files of the target.",
            allow_files = True,
        ),
        "store_hash_salt": attr.string(
            doc = "Changes the hash in the store path, and nothing else.",
        ),
        "symlinks": attr.string_dict(
            doc = "Symbolic links: destination to link text, which may point anywhere.",
        ),
        "tree": attr.label(
            doc = "A target with one directory (tree artifact), which becomes the object's root; mode 0444, see `executables`.",
            allow_single_file = True,
        ),
    } | OBJECT_CONTEXT_ATTRS,
    provides = [StoreObjectInfo],
    toolchains = [TOOLCHAIN_TYPE],
)
