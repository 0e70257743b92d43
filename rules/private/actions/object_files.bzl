"""ObjectFiles: lists the files that a store object is kept in, as a remote cache has them."""

load("//rules/private/actions:object_source.bzl", "add_object")
load("//rules/private/actions:strata.bzl", "run_strata")

def object_files(ctx, *, store_path, source, output):
    """Declares the action, which runs only when a lazy image asks for its output.

    Args:
      ctx: rule or aspect context.
      store_path: string.
      source: struct, the object's source.
      output: string, the stem of the output's file name.

    Returns:
      File.
    """
    out = ctx.actions.declare_file(output + ".files.mtree")
    args = ctx.actions.args()
    args.add("files")
    args.add("--out", out)
    add_object(args, store_path, source)
    run_strata(
        ctx,
        arguments = [args],
        inputs = source.files,
        outputs = [out],
        mnemonic = "ObjectFiles",
        per_object = True,
        progress_message = "Listing the files of %{label}",
    )
    return out
