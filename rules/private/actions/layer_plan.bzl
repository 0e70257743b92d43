"""LayerPlan: which store objects share a layer."""

load("//rules/private/actions:strata.bzl", "run_strata")

def layer_plan(ctx, *, closure, strategy, max_layers, output):
    """Declares the action.

    Args:
      ctx: rule context.
      closure: File, closure.json.
      strategy: string, the name of a layering strategy.
      max_layers: int, how many layers the store objects may take.
      output: string, the stem of the output's file name.

    Returns:
      File: plan.json.
    """
    out = ctx.actions.declare_file(output + ".plan.json")
    args = ctx.actions.args()
    args.add("plan")
    args.add("--closure", closure)
    args.add("--strategy", strategy)
    args.add("--max-layers", max_layers)
    args.add("--out", out)
    run_strata(
        ctx,
        arguments = [args],
        inputs = [closure],
        outputs = [out],
        mnemonic = "LayerPlan",
        progress_message = "Planning the layers of %{label}",
    )
    return out
