"""store_object: a store object made of Bazel targets."""

load("//rules/private/actions:object_source.bzl", "directory_files_entry", "empty_directory_entry", "executable_glob_entry", "file_entry", "symlink_entry", "tree_source")
load("//rules/private/actions:strata.bzl", "TOOLCHAIN_TYPE")
load("//rules/private/providers:store_object_info.bzl", "StoreObjectInfo")
load("//rules/private/rules:binary_entries.bzl", "binary_entries")
load("//rules/private/rules:object_context.bzl", "OBJECT_CONTEXT_ATTRS", "label_store_path", "make_store_object")
load("//rules/private/values:expansion.bzl", "expand", "labels_in", "normalise")
load("//rules/private/values:labels.bzl", "display_label")

def _store_object_impl(ctx):
    store_path = label_store_path(ctx, ctx.label, ctx.attr.store_hash_salt)
    linked = {name: dep[StoreObjectInfo] for name, dep in zip(ctx.attr.label_names_in_symlinks, ctx.attr.labels_in_symlinks)}
    deps = [dep[StoreObjectInfo] for dep in ctx.attr.deps] + linked.values()
    entries = (
        _srcs_entries(ctx) +
        _tree_entries(ctx) +
        _binary_entries(ctx) +
        _symlink_entries(ctx, {name: info.store_path for name, info in linked.items()}) +
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

def _binary_entries(ctx):
    if not ctx.attr.binary:
        return []
    return binary_entries(ctx, ctx.attr.binary, ctx.attr.binary_name or ctx.attr.binary.label.name.split("/")[-1])

def _symlink_entries(ctx, paths):
    return [
        symlink_entry(
            _destination(ctx, "symlinks", path),
            expand(_text(ctx, "symlinks", target), paths, "{}: symlinks".format(ctx.label)),
        )
        for path, target in ctx.attr.symlinks.items()
    ]

def _srcs_entries(ctx):
    entries = []
    for target, destination in ctx.attr.srcs.items():
        if StoreObjectInfo in target:
            fail('{}: srcs: {} is a store object: link to it with symlinks = {{"{}": "$(store_path {})"}}'.format(
                ctx.label,
                target.label,
                destination,
                display_label(target.label),
            ))
        files = target[DefaultInfo].files
        destination = _text(ctx, "srcs", destination)
        if destination in ("", ".") or destination.endswith("/"):
            prefix = "" if destination in ("", ".", "./") else _destination(ctx, "srcs", destination[:-1])
            entries.extend(_folder_entries(files.to_list(), prefix))
            continue
        file = _single_file(ctx, target, destination)
        entries.append(file_entry(file, _destination(ctx, "srcs", destination), False))
    return entries

def _folder_entries(files, prefix):
    """Files by their names, and what is in directories (tree artifacts) as it is there."""
    plain = [f for f in files if not f.is_directory]
    directories = [f for f in files if f.is_directory]
    return (
        ([directory_files_entry(depset(plain), prefix, False, "basename")] if plain else []) +
        ([empty_directory_entry(prefix), directory_files_entry(depset(directories), prefix, False, "tree")] if directories else [])
    )

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
        fail("{}: tree: {} is not one directory that a rule made (tree artifact): give files in srcs, those of a source folder with glob()".format(
            ctx.label,
            ctx.attr.tree.label,
        ))
    return [empty_directory_entry(""), directory_files_entry(depset(files), "", False, "tree")]

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

_store_object = rule(
    implementation = _store_object_impl,
    doc = "The rule behind the macro store_object, which documents the attributes.",
    attrs = {
        "allow_undeclared_references": attr.bool(doc = "Turns the scan for undeclared references off."),
        "binary": attr.label(doc = "An executable target.", executable = True, cfg = "target"),
        "binary_name": attr.string(doc = "The program's name in bin."),
        "deps": attr.label_list(doc = "Store objects that this one refers to.", providers = [StoreObjectInfo]),
        "empty_dirs": attr.string_list(doc = "Directories that are there even when nothing is in them."),
        "executables": attr.string_list(doc = "Globs over destinations whose files get mode 0555."),
        "labels_in_symlinks": attr.label_list(doc = "The objects that symlinks name, which are references.", providers = [StoreObjectInfo]),
        "label_names_in_symlinks": attr.string_list(doc = "The labels as they stand in symlinks, in the order of labels_in_symlinks."),
        "srcs": attr.label_keyed_string_dict(doc = "Files and their destinations.", allow_files = True),
        "store_hash_salt": attr.string(doc = "Changes the hash in the store path, and nothing else."),
        "symlinks": attr.string_dict(doc = "Symbolic links: destination to link text."),
        "tree": attr.label(doc = "A target with one directory (tree artifact).", allow_single_file = True),
    } | OBJECT_CONTEXT_ATTRS,
    provides = [StoreObjectInfo],
    toolchains = [TOOLCHAIN_TYPE],
)

def store_object(
        name,
        srcs = {},
        binary = None,
        binary_name = None,
        tree = None,
        symlinks = {},
        empty_dirs = [],
        executables = [],
        deps = [],
        store_hash_salt = None,
        allow_undeclared_references = False,
        **kwargs):
    """A store object made of Bazel targets.

    Its store path is `/nix/store/<hash>-<name>`, known at analysis and
    independent of the bytes: the hash is over module, package, name and target
    platform. A program or a file can mention it: in `symlinks` as
    `$(store_path LABEL)`, in a text of `expand_store_paths`, and wherever a
    rule takes make variables as `$(STORE_PATH_<name>)` (every character of the
    target's name other than letters and digits becomes `_`), with the object
    in that rule's `toolchains`.

    Files are 0444 or 0555 and directories 0555, as in a Nix store, whatever
    they are on disk. What the object's bytes mention must be in `deps`: a
    mention of any other store path is an error of the build.

    ```starlark
    store_object(
        name = "hello",
        binary = "//cmd/hello",       # bin/hello, with its runfiles
        srcs = {"hello.conf": "etc/hello.conf"},
        symlinks = {
            "bin/hi": "hello",
            "share/greeting": "$(store_path :greeting)/share/greeting.txt",
        },
        deps = [":messages"],
    )
    ```

    Args:
      name: the target's name, and the name in the store path: `"hello"`.
      srcs: dict from labels to destinations relative to the object's root;
        files of mode 0444. A destination that ends in `/` is the folder of all
        files of the target, each under its own name; a directory that a rule
        made (tree artifact) gives what is in it: `{"hello.conf": "etc/hello.conf", ":manuals": "share/man/"}`.
      binary: an executable target, placed at `bin/<its name>` with mode 0555,
        its runfiles at `bin/<its name>.runfiles`: `"//cmd/hello"`.
      binary_name: the program's name in `bin`; the name of `binary` when None: `"hi"`.
      tree: a target with one directory (tree artifact), which becomes the
        object's root; its files have mode 0444, see `executables`: `":site"`.
      symlinks: dict from destinations to link texts, which may point anywhere;
        `$(store_path LABEL)` is replaced by the object's path and makes it a
        reference: `{"bin/sh": "$(store_path :bash)/bin/bash"}`.
      empty_dirs: directories that are there even when nothing is in them:
        `["var/empty"]`.
      executables: globs over destinations whose files get mode 0555: `*` and
        `?` stay within a component, `**` spans several: `["libexec/**"]`.
      deps: store objects that this one refers to: its references: `[":messages"]`.
      store_hash_salt: changes the hash in the store path, and nothing else: `"2"`.
      allow_undeclared_references: the object may mention store paths that are
        not in `deps`, with `True`; they are not in the image on its account.
      **kwargs: attributes of every rule (visibility, tags, testonly, ...).
    """
    if type(symlinks) == "dict":
        symlinks = {path: normalise(target) for path, target in symlinks.items()}
        linked = labels_in("\n".join(symlinks.values()))
    else:
        linked = []
    _store_object(
        name = name,
        srcs = srcs,
        binary = binary,
        binary_name = binary_name,
        tree = tree,
        symlinks = symlinks,
        empty_dirs = empty_dirs,
        executables = executables,
        deps = deps,
        labels_in_symlinks = linked,
        label_names_in_symlinks = linked,
        store_hash_salt = store_hash_salt,
        allow_undeclared_references = allow_undeclared_references,
        **kwargs
    )
