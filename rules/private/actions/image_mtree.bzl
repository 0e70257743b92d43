"""ImageMtree: what a container of the image would see, as text."""

load("//rules/private/actions:image_records.bzl", "image_argument")
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
    args.add("--out", out)
    run_strata(
        ctx,
        arguments = [args, image_argument(ctx.actions.args, "--image=", description)],
        inputs = description.inputs,
        outputs = [out],
        mnemonic = "ImageMtree",
        progress_message = "Listing the files of %{label}",
    )
    return out
