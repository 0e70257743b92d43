"""ImageTree and RealRoot: the files that an image of a single layer has beside its store objects."""

load("//rules/private/actions:customisation_layer.bzl", "add_directories", "add_nix_db", "add_real_root", "add_tools")
load("//rules/private/actions:image_records.bzl", "image_argument")
load("//rules/private/actions:layer_options.bzl", "add_mtime", "layer_option_files")
load("//rules/private/actions:object_pool.bzl", "pool_argument", "pool_files")
load("//rules/private/actions:strata.bzl", "REAL_ROOT_REQUIREMENTS", "run_strata")
load("//rules/private/values:labels.bzl", "display_label")

def image_tree(ctx, *, base, candidates, contents, directories, keep_dirlinks, options, owner, scripts, output):
    """Declares the action, which copies the contents and runs the scripts.

    Scripts and copies may read the bytes of every candidate; those that were
    not looked at are pruned from the inputs afterwards.

    Args:
      ctx: rule context.
      base: struct from image_base, or None; read for run_as_root only.
      candidates: list of StoreObjectInfo.
      contents: list of StoreObjectInfo to copy, a later one winning.
      directories: list of structs as in ImageDirectoriesInfo.
      keep_dirlinks: bool, links to directories stay links.
      options: struct from layer_options.
      owner: struct: uid and gid (ints) of all files, unless there is a run_as_root.
      scripts: struct: run_as_root and extra_commands (Files or None), real_root (struct
        from real_root), nix_db (list of StoreObjectInfo, or None), tools (FilesToRunProviders).
      output: string, the stem of the outputs' file names.

    Returns:
      struct of Files: tar, references (references.json), copies (copies.json).
    """
    tar = ctx.actions.declare_file(output + ".tree.tar")
    references = ctx.actions.declare_file(output + ".tree.references.json")
    copies = ctx.actions.declare_file(output + ".tree.copies.json")
    unused = ctx.actions.declare_file(output + ".tree.unused")
    args = ctx.actions.args()
    args.use_param_file("@%s")
    args.set_param_file_format("multiline")
    args.add("image-tree")
    add_mtime(args, options)
    args.add("--store-dir", options.store_dir)
    args.add(owner.uid, format = "--uid=%s")
    args.add(owner.gid, format = "--gid=%s")
    args.add("--tar", tar)
    args.add("--references-out", references)
    args.add("--copies-out", copies)
    args.add("--unused-inputs", unused)
    for content in contents:
        args.add("--copy")
        args.add(content.store_path)
        args.add(display_label(content.label), format = "--label=%s")
    add_directories(args, directories)
    if keep_dirlinks:
        args.add("--keep-dirlinks")
    files = _add_scripts(ctx, args, scripts, base, output)
    below = base.image.description if scripts.run_as_root and base and base.image else None
    run_strata(
        ctx,
        arguments = [args, pool_argument(ctx.actions.args, candidates)] +
                    ([image_argument(ctx.actions.args, "--base-image=", below)] if below else []),
        script = True,
        inputs = depset(layer_option_files(options) + files, transitive = pool_files(candidates) + ([below.inputs] if below else [])),
        tools = scripts.tools,
        outputs = [tar, references, copies, unused],
        unused_inputs_list = unused,
        requirements = REAL_ROOT_REQUIREMENTS if scripts.real_root.enabled else {},
        mnemonic = "RealRoot" if scripts.real_root.enabled else "ImageTree",
        progress_message = "Running run_as_root of %{label}" if scripts.run_as_root else "Copying the files of %{label}",
    )
    return struct(copies = copies, references = references, tar = tar)

def _add_scripts(ctx, args, scripts, base, output):
    """Adds the flags but those of a base that is one of ours; gives the files that they name."""
    files = add_nix_db(ctx, args, scripts.nix_db, output)
    add_tools(args, scripts.tools)
    if scripts.extra_commands:
        args.add("--extra-commands", scripts.extra_commands)
        files.append(scripts.extra_commands)
    if scripts.run_as_root:
        args.add("--run-as-root", scripts.run_as_root)
        files.append(scripts.run_as_root)
        add_real_root(args, scripts.real_root)
        if base and base.archive:
            args.add_all([base.archive], before_each = "--base-archive", expand_directories = False)
            args.add("--base-info", base.info)
            args.add(base.name, format = "--base-name=%s")
            args.add(base.tag, format = "--base-tag=%s")
            args.add(base.architecture, format = "--base-architecture=%s")
            files += [base.archive, base.info]
    return files
