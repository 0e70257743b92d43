"""ObjectInfo: the NAR hash and the NAR size of a store object."""

load("//rules/private/actions:object_source.bzl", "add_object")
load("//rules/private/actions:strata.bzl", "run_strata")

def object_info(ctx, *, store_path, source, output):
    """Declares the action, which runs only when something asks for its output.

    Args:
      ctx: rule or aspect context.
      store_path: string.
      source: struct, the object's source.
      output: string, the stem of the output's file name.

    Returns:
      File.
    """
    out = ctx.actions.declare_file(output + ".info.json")
    args = ctx.actions.args()
    args.add("info")
    args.add("--out", out)
    add_object(args, store_path, source)
    run_strata(
        ctx,
        arguments = [args],
        inputs = source.files,
        outputs = [out],
        mnemonic = "ObjectInfo",
        per_object = True,
        progress_message = "Hashing the store object %{label}",
    )
    return out
