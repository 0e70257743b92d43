"""ObjectLayer: describes the layer that holds one store object alone."""

load("//rules/private/actions:layer_options.bzl", "add_layer_options")
load("//rules/private/actions:object_source.bzl", "add_object_argument")
load("//rules/private/actions:strata.bzl", "run_strata")
load("//rules/private/providers:layer_info.bzl", "LayerInfo")

def object_layer(ctx, *, store_path, source, references, options, output, listing = None):
    """Declares the action; no tar is kept, its bytes are a function of the object.

    Args:
      ctx: rule or aspect context.
      store_path: string.
      source: struct, the object's source.
      references: list of store paths that the object may mention besides its
        own; None turns the scan for undeclared references off.
      options: struct from layer_options.
      output: string, the stem of the output's file name.
      listing: File or None, where the object's listing goes.

    Returns:
      LayerInfo.
    """
    metadata = ctx.actions.declare_file(output + ".layer.json")
    outputs = [metadata]

    # The first argument is the sub-command.
    args = ctx.actions.args()
    args.add("layer")
    add_layer_options(args, options)
    args.add("--metadata", metadata)
    if listing:
        args.add("--listing", listing)
        outputs.append(listing)
    arguments = [args]
    if references != None:
        allowed = ctx.actions.args()
        allowed.use_param_file("--references=%s", use_always = True)
        allowed.set_param_file_format("multiline")
        allowed.add_all(references)
        arguments.append(allowed)
    run_strata(
        ctx,
        arguments = arguments + add_object_argument(ctx.actions.args, "--object", store_path, source),
        inputs = source.files,
        outputs = outputs,
        mnemonic = "ObjectLayer",
        progress_message = "Describing the layer of %{label}",
    )
    return LayerInfo(metadata = metadata, source = source, blob = None)
