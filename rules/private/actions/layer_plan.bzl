"""LayerPlan: which store objects share a layer."""

load("//rules/private/actions:strata.bzl", "run_strata")

def layer_plan(ctx, *, closure, layering, max_layers, objects, layers, pinned, base, output):
    """Declares the action.

    It reads sizes only for strategies that need them, and the layers of
    objects whose bytes may change only to compare them with a base image's.

    Args:
      ctx: rule context.
      closure: File, closure.json.
      layering: struct from image_layering.
      max_layers: int, the most layers of the image.
      objects: list of StoreObjectInfo, the candidates.
      layers: list of LayerInfo: each candidate alone, in the same order.
      pinned: list of store paths that get a layer of their own.
      base: struct from archive_base_info or image_base_info, or None.
      output: string, the stem of the output's file name.

    Returns:
      File: plan.json.
    """
    out = ctx.actions.declare_file(output + ".plan.json")
    inputs = [closure]
    args = ctx.actions.args()
    args.use_param_file("@%s")
    args.set_param_file_format("multiline")
    args.add("plan")
    args.add("--closure", closure)
    args.add("--max-layers", max_layers)
    args.add("--own-layers", 1)
    if layering.pipeline:
        args.add("--pipeline", layering.pipeline)
        inputs.append(layering.pipeline)
    else:
        args.add("--strategy", layering.strategy)
        if layering.min_layer_size:
            args.add("--min-layer-size", layering.min_layer_size)
    if layering.pins:
        pins = ctx.actions.declare_file(output + ".pinned")
        ctx.actions.write(pins, "".join([path + "\n" for path in pinned]))
        args.add("--pinned", pins)
        inputs.append(pins)
    if layering.needs_sizes:
        infos = [info.info for info in objects]
        args.add_all(infos, before_each = "--info")
        inputs += infos
    if layering.debug:
        args.add("--debug")
    if base:
        mutable = [layer.metadata for info, layer in zip(objects, layers) if info.mutable]
        args.add("--base", base.info)
        args.add_all(mutable, before_each = "--mutable")
        inputs += [base.info] + mutable
    args.add("--out", out)
    run_strata(
        ctx,
        arguments = [args],
        inputs = inputs,
        outputs = [out],
        mnemonic = "LayerPlan",
        progress_message = "Planning the layers of %{label}",
    )
    return out

def empty_plan(ctx, *, output):
    """The plan of an image without layers of store objects, see docs/design/formats.md.

    Args:
      ctx: rule context.
      output: string, the stem of the output's file name.

    Returns:
      File: plan.json.
    """
    out = ctx.actions.declare_file(output + ".plan.json")
    ctx.actions.write(out, '{"layers":[],"left_out":[],"replaced":[],"strategy":"popularity","version":1}\n')
    return out
