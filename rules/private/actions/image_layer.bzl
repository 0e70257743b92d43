"""ImageLayer: the layer of an image that has a single one, with its own files and its store objects."""

load("//rules/private/actions:layer_options.bzl", "add_layer_options", "layer_option_files")
load("//rules/private/actions:object_pool.bzl", "pool_argument", "pool_files")
load("//rules/private/actions:strata.bzl", "run_strata")

def image_layer(ctx, *, tree, copies, plan, candidates, options, output):
    """Declares the action, whose inputs are all candidates; those it did not read are pruned afterwards.

    Args:
      ctx: rule context.
      tree: File, the tar of the layer's own files.
      copies: File, copies.json.
      plan: File, plan.json: the objects of all its layers are in this one.
      candidates: list of StoreObjectInfo.
      options: struct from layer_options, for the objects.
      output: string, the stem of the outputs' file names.

    Returns:
      struct of Files: tar, metadata (layer.json).
    """
    tar = ctx.actions.declare_file(output + ".layer.tar")
    metadata = ctx.actions.declare_file(output + ".layer.json")
    unused = ctx.actions.declare_file(output + ".layer.unused")
    args = ctx.actions.args()
    args.add("image-layer")
    add_layer_options(args, options)
    args.add("--tree", tree)
    args.add("--copies", copies)
    args.add("--plan", plan)
    args.add("--tar", tar)
    args.add("--metadata", metadata)
    args.add("--unused-inputs", unused)
    run_strata(
        ctx,
        arguments = [args, pool_argument(ctx.actions.args, candidates)],
        inputs = depset([tree, copies, plan] + layer_option_files(options), transitive = pool_files(candidates)),
        outputs = [tar, metadata, unused],
        unused_inputs_list = unused,
        mnemonic = "ImageLayer",
        progress_message = "Writing the layer of %{label}",
    )
    return struct(metadata = metadata, tar = tar)
