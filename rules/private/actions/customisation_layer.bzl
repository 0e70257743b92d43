"""CustomisationLayer, or RealRoot: the top layer, links to the contents, and what the scripts made."""

load("//rules/private/actions:closure.bzl", "object_graph")
load("//rules/private/actions:layer_options.bzl", "add_mtime", "layer_option_files")
load("//rules/private/actions:object_pool.bzl", "pool_argument", "pool_files")
load("//rules/private/actions:strata.bzl", "REAL_ROOT_REQUIREMENTS", "run_strata")
load("//rules/private/values:labels.bzl", "display_label")

def customisation_layer(ctx, *, contents, directories, scripts, candidates, collisions, options, output):
    """Declares the action.

    Without scripts it reads listings, not bytes: editing a file in place does
    not run it again. Scripts may read the bytes of every candidate; those that
    they did not look at are pruned from the inputs afterwards.

    Args:
      ctx: rule context.
      contents: list of StoreObjectInfo, in the order in which they win.
      directories: list of structs as in ImageDirectoriesInfo.
      scripts: struct from image_scripts, or None.
      candidates: list of StoreObjectInfo that scripts can read.
      collisions: string, "first" or "error".
      options: struct from layer_options; the owner is 0:0.
      output: string, the stem of the outputs' file names.

    Returns:
      struct: tar, metadata (layer.json) and references (store paths that the
      layer mentions), Files.
    """
    tar = ctx.actions.declare_file(output + ".customisation.tar")
    metadata = ctx.actions.declare_file(output + ".customisation.layer.json")
    references = ctx.actions.declare_file(output + ".customisation.references.json")
    args = ctx.actions.args()
    args.use_param_file("@%s")
    args.set_param_file_format("multiline")
    args.add("customisation")
    add_mtime(args, options)
    args.add("--store-dir", options.store_dir)
    args.add("--tar", tar)
    args.add("--metadata", metadata)
    args.add("--references-out", references)
    args.add("--collisions", collisions)
    for content in contents:
        args.add("--content")
        args.add(content.listing, format = content.store_path + "=%s")
        args.add(display_label(content.label), format = "--label=%s")
    add_directories(args, directories)
    linked = _linked(contents, candidates)
    for info in linked:
        args.add("--linked")
        args.add(info.listing, format = info.store_path + "=%s")
    arguments, files, transitive, tools, unused = [args], [], [], [], None
    if scripts:
        unused = ctx.actions.declare_file(output + ".customisation.unused")
        args.add("--unused-inputs", unused)
        files = _add_scripts(ctx, args, scripts, output)
        arguments.append(pool_argument(ctx.actions.args, candidates))
        transitive, tools = pool_files(candidates), scripts.tools
    run_strata(
        ctx,
        arguments = arguments,
        script = bool(scripts),
        inputs = depset(
            [info.listing for info in contents + linked] + layer_option_files(options) + files,
            transitive = transitive,
        ),
        tools = tools,
        outputs = [tar, metadata, references] + ([unused] if unused else []),
        unused_inputs_list = unused,
        requirements = REAL_ROOT_REQUIREMENTS if scripts and scripts.real_root.enabled else {},
        mnemonic = "RealRoot" if scripts and scripts.real_root.enabled else "CustomisationLayer",
        progress_message = "Customising %{label}" if scripts else "Linking the contents of %{label}",
    )
    return struct(tar = tar, metadata = metadata, references = references)

def add_directories(args, directories):
    """Adds the directories that have a mode and an owner of their own.

    Args:
      args: Args.
      directories: list of structs as in ImageDirectoriesInfo.
    """
    for directory in directories:
        args.add("--directory={}:{}:{}:{}".format(directory.mode, directory.uid, directory.gid, directory.path))
        args.add(display_label(directory.label), format = "--directory-label=%s")

def _linked(contents, candidates):
    """The objects that contents which are themselves links may lead to: only objects of Nix can be links."""
    wanted = {path: None for content in contents if content.source.nar for path in content.references if path != content.store_path}
    return [info for info in candidates if info.store_path in wanted]

def _add_scripts(ctx, args, scripts, output):
    if scripts.extra_commands:
        args.add("--extra-commands", scripts.extra_commands)
    if scripts.fake_root_commands:
        args.add("--fake-root-commands", scripts.fake_root_commands)
    if scripts.fakechroot:
        args.add("--fakechroot")
    if scripts.real_root.enabled:
        add_real_root(args, scripts.real_root)
    add_tools(args, scripts.tools)
    return scripts.files + add_nix_db(ctx, args, scripts.nix_db, output)

def add_nix_db(ctx, args, objects, output):
    """Adds the flags of a Nix database.

    Args:
      ctx: rule context.
      args: Args.
      objects: list of StoreObjectInfo that the database has, or None for none.
      output: string, the stem of the outputs' file names.

    Returns:
      list of Files that the flags name.
    """
    if objects == None:
        return []
    graph = object_graph(ctx, objects, output = output + ".nix-db")
    infos = [info.info for info in objects]
    args.add("--nix-db", graph)
    args.add_all(infos, before_each = "--nix-db-info")
    return [graph] + infos

def add_real_root(args, real_root):
    """Adds the flags of the script that has the image as its root.

    Args:
      args: Args.
      real_root: struct from real_root.
    """
    args.add(real_root.disk_size, format = "--disk-size=%s")
    if real_root.enabled:
        args.add("--real-root")
        args.add(real_root.memory_size, format = "--memory-size=%s")

def add_tools(args, tools):
    """Adds the flags of the programs that scripts can start.

    Args:
      args: Args.
      tools: list of FilesToRunProviders.
    """
    for tool in tools:
        args.add("--tool")
        args.add(tool.executable, format = tool.executable.basename.replace("%", "%%") + "=%s")
