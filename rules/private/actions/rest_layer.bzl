"""RestLayer: describes the layers that several store objects share."""

load("//rules/private/actions:layer_options.bzl", "add_layer_options")
load("//rules/private/actions:object_source.bzl", "add_records")
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

    objects = ctx.actions.args()
    objects.use_param_file("--objects=%s", use_always = True)
    objects.set_param_file_format("multiline")
    for info in candidates:
        objects.add("\0".join(["object", info.store_path]))
        if info.source.nar:
            objects.add(info.source.nar, format = "nar\0%s")
        else:
            # Pruning goes by the artifact, so a directory is named as one.
            objects.add_all(info.source.files, format_each = "input\0%s", expand_directories = False)
            add_records(objects, info.source, runfiles = False)
    run_strata(
        ctx,
        arguments = [args, objects],
        inputs = depset([plan], transitive = [info.source.files for info in candidates]),
        outputs = [out, unused],
        unused_inputs_list = unused,
        mnemonic = "RestLayer",
        progress_message = "Describing the shared layer of %{label}",
    )
    return out
