"""binary_closure: a program and its runfiles as store objects, one for each repository and package."""

load("//rules/private/actions:object_source.bzl", "file_entry", "root_entry", "runfiles_path", "symlink_entry", "tree_source")
load("//rules/private/actions:strata.bzl", "TOOLCHAIN_TYPE")
load("//rules/private/providers:binary_closure_info.bzl", "BinaryClosureInfo")
load("//rules/private/providers:store_object_info.bzl", "StoreObjectInfo")
load("//rules/private/providers:target_graph_info.bzl", "TargetGraphInfo")
load("//rules/private/rules:object_context.bzl", "OBJECT_CONTEXT_ATTRS", "make_store_object", "store_dir", "target_platform")
load("//rules/private/rules:placed_files.bzl", "placed_entries", "placed_files")
load("//rules/private/rules:placed_objects.bzl", "with_references")
load("//rules/private/rules:runfiles_graph.bzl", "runfiles_graph")
load("//rules/private/rules:runfiles_groups.bzl", "group_files", "group_origin", "label_group")
load("//rules/private/rules:target_graph.bzl", "DEFAULT_ROOT", "runfiles_object", "target_graph_aspect")
load("//rules/private/values:labels.bzl", "display_label")
load("//rules/private/values:store_path.bzl", "bazel_store_path")

def _binary_closure_impl(ctx):
    binary = ctx.attr.binary
    root = _root(ctx)
    name = ctx.attr.binary_name or binary.label.name.split("/")[-1]
    if "/" in name or name in (".", ".."):
        fail('{}: binary_name = "{}": want a name without a slash'.format(ctx.label, name))
    if StoreObjectInfo in binary:
        fail("{}: binary: {} is a store object already: give it in contents".format(ctx.label, binary.label))
    if TargetGraphInfo not in binary:
        fail("{}: binary: {} is built in a configuration for tools: give a program that is built for the target platform".format(ctx.label, binary.label))
    graph = binary[TargetGraphInfo]
    _check_platform(ctx, graph.platform)
    executable = binary[DefaultInfo].files_to_run.executable
    runfiles = binary[DefaultInfo].default_runfiles
    all_files = depset([executable], transitive = [runfiles.files] if runfiles else [])
    groups = group_files(all_files.to_list())
    placed = placed_files(runfiles)
    made = _group_objects(ctx, groups, graph, root)
    own = make_store_object(
        ctx,
        label = ctx.label,
        store_path = bazel_store_path(
            store_dir = store_dir(ctx),
            label = ctx.label,
            name = name,
            platform = target_platform(ctx),
            salt = "",
        ),
        source = tree_source([root_entry(root)] + _own_entries(ctx, name, executable, placed, groups)),
        deps = made.others + made.objects,
        references = [info.store_path for info in made.objects],
        mutable = True,
        allow_undeclared_references = False,
        has_deps = False,
        image_root = root,
        # It changes with what is there, not with the program's own package.
        origin = "runfiles of " + display_label(ctx.label),
        output = ctx.label.name,
    )
    return [
        own,
        BinaryClosureInfo(
            args = graph.args,
            args_problem = graph.args_problem,
            environment = graph.environment,
            environment_unknown = graph.environment_unknown,
            files = groups,
            placed_files = placed,
            label = binary.label,
            program = "{}/bin/{}".format(root, name),
            root = root,
            runfiles_dir = "{}/bin/{}.runfiles".format(root, name),
            working_dir = root + "/runfiles/_main",
        ),
        DefaultInfo(files = depset([info.layer.metadata for info in made.objects + [own]])),
    ]

def _check_platform(ctx, platform):
    wanted = target_platform(ctx)
    if platform.os != wanted.os and platform.os != "linux":
        fail("{}: binary: {} is built for {}, whatever the target platform is, and images are for Linux: give a program for Linux".format(
            ctx.label,
            ctx.attr.binary.label,
            platform.os,
        ))
    if platform.arch != wanted.arch and "unknown" not in (platform.arch, wanted.arch):
        fail("{}: binary: {} is built for {}, and this is for {}: build the image for that platform (platform, or --platforms), or give another program".format(
            ctx.label,
            ctx.attr.binary.label,
            platform.arch,
            wanted.arch,
        ))

# Directories that are links, or open to everybody, in most base images: an
# entry of their own would change them.
_SYSTEM = ["bin", "dev", "lib", "lib32", "lib64", "libx32", "proc", "run", "sbin", "sys", "tmp"]

def _root(ctx):
    root = ctx.attr.root
    parts = root.split("/")
    if parts[0] or len(parts) < 2 or [part for part in parts[1:] if part in ("", ".", "..")]:
        fail('{}: root = "{}": want an absolute path below /, such as "/app"'.format(ctx.label, root))
    if parts[1] in _SYSTEM or root.startswith("/var/tmp"):
        fail('{}: root = "{}": want a directory that is not below one of the system\'s, such as "/app" or "/opt/app"'.format(ctx.label, root))
    return root

def _group_objects(ctx, groups, graph, root):
    """The store objects of the groups, dependencies first, and others that these refer to.

    What a group's object refers to is not in its `transitive`: fifty programs over
    the same thousand groups would each have a thousand depsets for it, which
    nobody reads. That of the program's own object has them all.
    """
    nodes = graph.nodes.to_list() + [graph.node]
    shared = _pieces(nodes, groups) if root == DEFAULT_ROOT else {}
    made = {}
    objects = []
    others = {}
    own_group = label_group(ctx.attr.binary.label)
    origins = {}
    for group in sorted(groups):
        origins.setdefault(group_origin(group), []).append(group)
    for unit in runfiles_graph(nodes, groups, own_group):
        deps = [made[group] for group in unit.deps]
        references = [info.store_path for info in deps] + [info.store_path for info in unit.objects]
        info = shared.get(unit.groups[0]) if len(unit.groups) == 1 else None
        if info:
            info = with_references(info, references)
        else:
            info = runfiles_object(
                ctx,
                label = ctx.label,
                group = own_group if own_group in unit.groups else unit.groups[0],
                files = [file for group in unit.groups for file in groups[group]],
                root = root,
                output = "{}_runfiles/{}".format(ctx.label.name, len(objects)),
                salt = "runfiles of {} in {}".format(
                    group_origin(unit.groups[0]),
                    # Two versions of one module.
                    origins[group_origin(unit.groups[0])].index(unit.groups[0]),
                ),
                references = references,
            )
        for group in unit.groups:
            made[group] = info
        objects.append(info)
        others.update({other.store_path: other for other in unit.objects})
    return struct(objects = objects, others = others.values())

def _pieces(nodes, groups):
    """The objects that targets of the graph declared, of the groups of which they have exactly the files."""
    found = {}
    for node in nodes:
        if not node.piece or node.group in found:
            continue
        files = groups.get(node.group)
        if not files:
            continue
        piece = node.piece.to_list()[0]
        if len(files) == len(piece.files) and _same_files(files, piece.files):
            found[node.group] = piece.object
    return found

def _same_files(some, others):
    if tuple(some) == others:
        return True
    members = {file: None for file in some}
    return not [file for file in others if file not in members]

def _own_entries(ctx, name, executable, placed, groups):
    """What is this program's alone: the way to it and to its runfiles, and files that no target made."""
    at = runfiles_path(executable)
    program = "bin/" + name
    own = program + ".runfiles"
    entries = [
        symlink_entry(program, "../runfiles/" + at),
        # Some programs look for their runfiles where they really are.
        symlink_entry("runfiles/" + at + ".runfiles", "../" * (at.count("/") + 1) + own),
    ]
    mapping = getattr(ctx.attr.binary[DefaultInfo].files_to_run, "repo_mapping_manifest", None)
    if mapping:
        entries.append(file_entry(mapping, own + "/_repo_mapping", True))
    tops = {_top(runfiles_path(files[0])): None for files in groups.values()}
    for path, file in placed.items():
        if "/" in path:
            entries += placed_entries(file or ctx.file._empty, "runfiles/" + path)
            tops[_top(path)] = None
        else:
            entries += placed_entries(file or ctx.file._empty, own + "/" + path)
    return entries + [symlink_entry("{}/{}".format(own, top), "../../runfiles/" + top) for top in sorted(tops)]

def _top(path):
    return path.split("/", 1)[0]

binary_closure = rule(
    implementation = _binary_closure_impl,
    doc = """A program and its runfiles as store objects: one for each external repository and each package that files of it come from.

The targets that the program depends on say which objects need which; those that
need one another are one object. Two programs that share a dependency share its
layer, byte for byte, and build it once.

In the image all runfiles are in one tree, ROOT/runfiles, at paths that do not
have the program's name: ROOT/bin/NAME is a link to the program in it, and
ROOT/bin/NAME.runfiles has links to the repositories in it, so that runfiles
libraries find them as they do under `bazel run`. Give it in the `contents` of an
image; `binary_image` does the rest, too.

```starlark
binary_closure(
    name = "server_closure",
    binary = "//server",
)

stream_layered_image(
    name = "server_image",
    contents = [":server_closure"],
    config = {"Entrypoint": ["/app/bin/server"]},
    layering = "stable",
)
```
""",
    attrs = {
        "binary": attr.label(
            doc = "The program, a target of any rule that makes one: `\"//server\"`.",
            aspects = [target_graph_aspect],
            cfg = "target",
            executable = True,
            mandatory = True,
        ),
        "binary_name": attr.string(doc = "The program's name in ROOT/bin; that of `binary` when empty: `\"serve\"`."),
        "root": attr.string(
            doc = "The directory of the image for programs and runfiles, an absolute path: `\"/srv\"`. It and the directories above belong to root and have mode 0755, whatever the base image has there. With another one than `\"/app\"` no layer is shared with images that have that.",
            default = DEFAULT_ROOT,
        ),
        # One file for all programs, so that they can be in one layer.
        "_empty": attr.label(
            doc = "An empty file.",
            allow_single_file = True,
            default = "//rules/private/rules:empty",
        ),
    } | OBJECT_CONTEXT_ATTRS,
    provides = [BinaryClosureInfo, StoreObjectInfo],
    toolchains = [TOOLCHAIN_TYPE],
)
