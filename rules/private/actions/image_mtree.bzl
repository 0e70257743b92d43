"""ImageMtree: what a container of the image would see, as text."""

load("//rules/private/actions:strata.bzl", "run_strata")

def image_mtree(ctx, *, description, output):
    """Declares the action, which makes the layers' tars on the fly.

    Args:
      ctx: rule context.
      description: struct from image_description.
      output: string, the stem of the output's file name.

    Returns:
      File: the flattened file system in the form of mtree(5).
    """
    out = ctx.actions.declare_file(output + ".mtree")
    args = ctx.actions.args()
    args.add("mtree")
    args.add("--image", description.exec)
    args.add("--out", out)
    run_strata(
        ctx,
        arguments = [args],
        inputs = description.exec_files,
        outputs = [out],
        mnemonic = "ImageMtree",
        progress_message = "Listing the files of %{label}",
        plain_paths = True,
    )
    return out
