"""BuildEnv: an object of links to several others, as nixpkgs' buildEnv makes it."""

load("//rules/private/actions:object_pool.bzl", "pool_argument", "pool_files")
load("//rules/private/actions:strata.bzl", "run_strata")
load("//rules/private/providers:store_object_info.bzl", "closure_of")
load("//rules/private/values:labels.bzl", "display_label")

def build_env_object(ctx, *, paths, paths_to_link, directories, ignore_collisions, check_collision_contents, store_dir, output):
    """Declares the action.

    It reads listings. Files that meet at one path are compared, if that is
    asked for; all others are pruned from the inputs afterwards.

    Args:
      ctx: rule context.
      paths: list of StoreObjectInfo, in the order in which they win.
      paths_to_link: list of strings, absolute paths.
      directories: list of strings, relative paths that must be directories.
      ignore_collisions: bool, the earlier of two files is kept.
      check_collision_contents: bool, files of one content are no collision.
      store_dir: string.
      output: string, the stem of the output's file name.

    Returns:
      File: the object's NAR.
    """
    nar = ctx.actions.declare_file(output + ".nar")
    closure = _unique(closure_of(paths).to_list())
    own = {path.store_path: None for path in paths}
    linked = [info for info in closure if info.store_path not in own]
    args = ctx.actions.args()
    args.use_param_file("@%s")
    args.set_param_file_format("multiline")
    args.add("build-env")
    args.add("--store-dir", store_dir)
    for path in paths:
        args.add("--path")
        args.add(path.listing, format = path.store_path + "=%s")
        args.add(display_label(path.label), format = "--label=%s")
    for info in linked:
        args.add("--linked")
        args.add(info.listing, format = info.store_path + "=%s")
    args.add_all(paths_to_link, before_each = "--path-to-link")
    args.add_all(directories, before_each = "--directory")
    if ignore_collisions:
        args.add("--ignore-collisions")
    arguments, transitive, unused = [args], [], None
    if check_collision_contents and len(own) > 1:
        unused = ctx.actions.declare_file(output + ".nar.unused")
        args.add("--unused-inputs", unused)
        arguments.append(pool_argument(ctx.actions.args, closure))
        transitive = pool_files(closure)
    args.add("--out", nar)
    run_strata(
        ctx,
        arguments = arguments,
        inputs = depset([info.listing for info in paths + linked], transitive = transitive),
        outputs = [nar] + ([unused] if unused else []),
        unused_inputs_list = unused,
        mnemonic = "BuildEnv",
        progress_message = "Linking the paths of %{label}",
    )
    return nar

def _unique(infos):
    return {info.store_path: info for info in infos}.values()
