"""ObjectLinks: an object of links to files of another one."""

load("//rules/private/actions:object_source.bzl", "add_object_argument")
load("//rules/private/actions:strata.bzl", "run_strata")
load("//rules/private/values:labels.bzl", "display_label")

def object_links(ctx, *, to, programs, files, directories, certificates, store_dir, output):
    """Declares the action, which fails when what is linked to is not there.

    It reads listings, and the object's bytes only for certificates.

    Args:
      ctx: rule context.
      to: StoreObjectInfo of the object to link to.
      programs: dict from destinations to lists of paths in that object, of
        which the first that is there is taken.
      files: dict from destinations to paths.
      directories: dict from destinations to paths.
      certificates: bool, the files hold certificates.
      store_dir: string.
      output: string, the stem of the output's file name.

    Returns:
      File: the object's NAR.
    """
    nar = ctx.actions.declare_file(output + ".nar")
    linked = {info.store_path: info.listing for info in to.transitive.to_list() if info.store_path != to.store_path}
    args = ctx.actions.args()
    args.use_param_file("@%s")
    args.set_param_file_format("multiline")
    args.add("object-links")
    args.add("--store-dir", store_dir)
    args.add("--to")
    args.add(to.listing, format = to.store_path + "=%s")
    args.add(display_label(to.label), format = "--label=%s")
    for path, listing in linked.items():
        args.add("--linked")
        args.add(listing, format = path + "=%s")
    for destination, targets in programs.items():
        for target in targets:
            args.add("--program={}={}".format(destination, target))
    for flag, links in [("--file", files), ("--directory", directories)]:
        for destination, target in links.items():
            args.add("{}={}={}".format(flag, destination, target))
    args.add("--out", nar)
    run_strata(
        ctx,
        arguments = [args] + (add_object_argument(ctx.actions.args, "--certificates", to.store_path, to.source) if certificates else []),
        inputs = depset([to.listing] + linked.values(), transitive = [to.source.files] if certificates else []),
        outputs = [nar],
        mnemonic = "ObjectLinks",
        progress_message = "Linking %{label}",
    )
    return nar
