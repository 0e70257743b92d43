"""RestLayer: describes the layers that several store objects share."""

load("//rules/private/actions:layer_options.bzl", "add_layer_options", "layer_option_files")
load("//rules/private/actions:object_pool.bzl", "pool_argument", "pool_files")
load("//rules/private/actions:strata.bzl", "run_strata")

def rest_layer(ctx, *, plan, candidates, options, output):
    """Declares the action, whose inputs are all candidates; those it did not read are pruned afterwards.

    Args:
      ctx: rule context.
      plan: File, plan.json.
      candidates: list of StoreObjectInfo.
      options: struct from layer_options.
      output: string, the stem of the outputs' file names.

    Returns:
      File: rest.json, a layer.json for each shared layer of the plan.
    """
    out = ctx.actions.declare_file(output + ".rest.json")
    unused = ctx.actions.declare_file(output + ".rest.unused")
    args = ctx.actions.args()
    args.add("rest")
    add_layer_options(args, options)
    args.add("--plan", plan)
    args.add("--unused-inputs", unused)
    args.add("--out", out)

    run_strata(
        ctx,
        arguments = [args, pool_argument(ctx.actions.args, candidates)],
        inputs = depset([plan] + layer_option_files(options), transitive = pool_files(candidates)),
        outputs = [out, unused],
        unused_inputs_list = unused,
        mnemonic = "RestLayer",
        progress_message = "Describing the shared layer of %{label}",
    )
    return out
