"""LayerTar: one layer as a tar."""

load("//rules/private/actions:strata.bzl", "run_strata")

def layer_tar(ctx, *, description, index, output):
    """Declares the action, whose inputs are all candidates; those it did not read are pruned afterwards.

    Args:
      ctx: rule context.
      description: struct from image_description.
      index: int, from 0 on: which of the layers above those of the base image.
      output: string, the stem of the outputs' file names.

    Returns:
      File: the tar; an empty file when the image has fewer layers.
    """
    out = ctx.actions.declare_file("{}.layers/{}.tar".format(output, index))
    unused = ctx.actions.declare_file("{}.layers/{}.unused".format(output, index))
    args = ctx.actions.args()
    args.add("tar")
    args.add("--image", description.exec)
    args.add("--index", index)
    args.add("--unused-inputs", unused)
    args.add("--out", out)
    run_strata(
        ctx,
        arguments = [args],
        inputs = description.exec_files,
        outputs = [out, unused],
        unused_inputs_list = unused,
        mnemonic = "LayerTar",
        progress_message = "Writing layer {} of %{{label}}".format(index),
    )
    return out
