"""The graph of the targets that a program is made of, and the store objects of their files.

The aspect looks at every attribute and needs no provider of a language's
rules. It declares an object of the files that a target has of its own, in the
hope that a program's runfiles have exactly these of their group: every program
then shares the object's actions. binary_closure checks that.
"""

load("//rules/private/actions:object_source.bzl", "empty_directory_entry", "root_entry", "runfiles_entries", "runfiles_path", "tree_source")
load("//rules/private/actions:strata.bzl", "TOOLCHAIN_TYPE")
load("//rules/private/providers:store_object_info.bzl", "StoreObjectInfo")
load("//rules/private/providers:target_graph_info.bzl", "TargetGraphInfo")
load("//rules/private/rules:object_context.bzl", "OBJECT_CONTEXT_ATTRS", "make_store_object", "store_dir", "target_platform")
load("//rules/private/rules:run_arguments.bzl", "run_arguments", "run_environment")
load("//rules/private/rules:runfiles_groups.bzl", "file_group", "group_name", "group_origin", "label_group")
load("//rules/private/values:labels.bzl", "display_label")
load("//rules/private/values:store_path.bzl", "bazel_store_path")

# Where images have programs and their runfiles, unless a closure says otherwise.
DEFAULT_ROOT = "/app"

# What compilers make for compilers, which is in no program's runfiles.
_FOR_COMPILERS = ["a", "d", "h", "hpp", "lo", "o", "rlib", "rmeta", "x"]

# Of how many targets an object is declared before anybody needs it: the same
# files would be in the objects of all targets above.
_MOST_TARGETS = 32

def runfiles_object(ctx, *, label, group, files, root, output, salt, references = []):
    """Declares the store object of a group's files.

    Args:
      ctx: rule or aspect context with OBJECT_CONTEXT_ATTRS and the toolchain.
      label: Label of the target that declares it.
      group: string.
      files: list of Files.
      root: string, the directory of the image for programs and runfiles.
      output: string, the stem of the outputs' file names.
      salt: string, tells objects of one label apart.
      references: list of store paths.

    Returns:
      StoreObjectInfo.
    """
    return make_store_object(
        ctx,
        label = label,
        store_path = bazel_store_path(
            store_dir = store_dir(ctx),
            label = label,
            name = group_name(group),
            platform = target_platform(ctx),
            salt = salt,
        ),
        source = tree_source(
            [root_entry(root)] +
            # A directory may be empty.
            [empty_directory_entry("runfiles/" + runfiles_path(file)) for file in files if file.is_directory] +
            runfiles_entries(files, "runfiles"),
        ),
        deps = [],
        references = references,
        mutable = True,
        # Whatever can be mentioned is a dependency of some target, and so in the graph.
        allow_undeclared_references = True,
        image_root = root,
        origin = group_origin(group),
        output = output,
    )

def _target_graph_impl(target, ctx):
    # What runs during the build is in no image.
    if _is_tool(ctx) or StoreObjectInfo in target:
        return []
    deps = _dependencies(ctx)
    graphs = [dep[TargetGraphInfo] for dep in deps if TargetGraphInfo in dep]
    transitive = [graph.nodes for graph in graphs]
    direct_nodes = [graph.node for graph in graphs]
    own = _own_files(target, ctx)
    group = label_group(target.label)
    special = [file for file in own if file_group(file) == display_label(target.label)]
    own_group = display_label(target.label) if special else group
    inherited = [graph for graph in graphs if graph.group == group] if own_group == group else []
    count = 1
    for graph in inherited:
        count += graph.own_targets
    direct = special or [file for file in own if file_group(file) == group]
    own_files = depset(direct, transitive = [graph.own_files for graph in inherited] if count <= _MOST_TARGETS else [])
    piece = None
    if direct and count <= _MOST_TARGETS:
        piece = _piece(ctx, target.label, own_group, own_files.to_list())
    node = struct(
        label = display_label(target.label),
        group = own_group,
        package = group,
        deps = [node.label for node in direct_nodes],
        objects = [dep[StoreObjectInfo] for dep in deps if StoreObjectInfo in dep],
        piece = piece,
    )
    arguments = run_arguments(target, ctx)
    environment = run_environment(target, ctx)
    return [TargetGraphInfo(
        args = arguments.args,
        args_problem = arguments.problem,
        environment = environment.values,
        environment_unknown = environment.unknown,
        group = own_group,
        node = node,
        nodes = depset(direct_nodes, transitive = transitive, order = "postorder"),
        own_files = own_files,
        own_targets = count,
        platform = target_platform(ctx),
    )]

def _is_tool(ctx):
    """Whether the configuration is one for tools, which has no other mark in Starlark than its folder."""
    folders = ctx.bin_dir.path.split("/")[1:-1]
    return bool([folder for folder in folders if folder.endswith("-exec") or "-opt-exec-" in folder])

def _piece(ctx, label, group, files):
    # A depset is equal to itself alone: those of nodes need not look into this.
    return depset([struct(
        files = tuple(files),
        object = runfiles_object(
            ctx,
            label = label,
            group = group,
            files = files,
            root = DEFAULT_ROOT,
            output = "_runfiles/" + label.name,
            salt = "runfiles",
        ),
    )])

def _own_files(target, ctx):
    files = target[DefaultInfo].files.to_list() + getattr(ctx.rule.files, "data", [])
    return [
        file
        for file in {file: None for file in files}
        if file.owner and file.extension not in _FOR_COMPILERS
    ]

def _dependencies(ctx):
    found = []
    for name in dir(ctx.rule.attr):
        value = getattr(ctx.rule.attr, name)
        kind = type(value)
        if kind == "Target":
            found.append(value)
        elif kind == "list":
            found.extend([one for one in value if type(one) == "Target"])
        elif kind == "dict":
            found.extend([one for pair in value.items() for one in pair if type(one) == "Target"])
    return found

target_graph_aspect = aspect(
    implementation = _target_graph_impl,
    doc = "Collects the graph of the targets that a program is made of.",
    attr_aspects = ["*"],
    attrs = OBJECT_CONTEXT_ATTRS,
    provides = [],
    toolchains = [TOOLCHAIN_TYPE],
)
