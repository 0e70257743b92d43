"""LayerTar: one layer as a tar."""

load("//rules/private/actions:image_records.bzl", "image_argument")
load("//rules/private/actions:strata.bzl", "run_strata")

def layer_tar(ctx, *, description, plan, index, last, output):
    """Declares the action, whose inputs are all candidates; those it did not read are pruned afterwards.

    Args:
      ctx: rule context.
      description: struct from image_description.
      plan: File, plan.json, which says what is in the layer.
      index: int, from 0 on: which of the layers above those of the base image.
      last: bool, no tar of a higher index is declared.
      output: string, the stem of the outputs' file names.

    Returns:
      File: the tar; an empty file when the image has fewer layers.
    """
    out = ctx.actions.declare_file("{}.layers/{}.tar".format(output, index))
    unused = ctx.actions.declare_file("{}.layers/{}.unused".format(output, index))
    args = ctx.actions.args()
    args.add("tar")
    args.add("--plan", plan)
    args.add("--index", index)
    if last:
        args.add("--last")
    args.add("--unused-inputs", unused)
    args.add("--out", out)
    run_strata(
        ctx,
        arguments = [args, image_argument(ctx.actions.args, "--image=", description)],
        inputs = depset([plan], transitive = [description.inputs]),
        outputs = [out, unused],
        unused_inputs_list = unused,
        mnemonic = "LayerTar",
        progress_message = "Writing layer {} of %{{label}}".format(index),
    )
    return out

def base_tars(ctx, *, description, output):
    """Declares BaseTars: the layers that an image has from its base.

    Args:
      ctx: rule context.
      description: struct from image_description.
      output: string, the stem of the output's name.

    Returns:
      File: a directory of tars, named by their place in the image.
    """
    out = ctx.actions.declare_directory(output + ".base-layers")
    args = ctx.actions.args()
    args.add("base-tars")
    args.add_all([out], before_each = "--out", expand_directories = False)
    run_strata(
        ctx,
        arguments = [args, image_argument(ctx.actions.args, "--image=", description)],
        inputs = description.inputs,
        outputs = [out],
        mnemonic = "BaseTars",
        progress_message = "Writing the base layers of %{label}",
    )
    return out
