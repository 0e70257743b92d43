"""ImageConfig: the image's config, whose hash is the image ID."""

load("//rules/private/actions:strata.bzl", "run_strata")

def image_config(ctx, *, plan, layers, rest, customisation, config, config_as_is, created, platform, base, inherit, tag, output):
    """Declares the action.

    Args:
      ctx: rule context.
      plan: File, plan.json.
      layers: list of Files: layer.json of every candidate alone.
      rest: File or None: layer.json of the shared layers.
      customisation: struct from customisation_layer.
      config: File, the config as the user wrote it, store paths expanded.
      config_as_is: bool, the config is a file in which nothing was expanded.
      created: string, ISO 8601 time, in UTC without a zone; "now" for the time of the build.
      platform: struct: os and architecture.
      base: struct from archive_base_info or image_base_info, or None.
      inherit: list of strings, the config's fields that come from the base; None for all.
      tag: string or None; None takes the tag from the content.
      output: string, the stem of the outputs' file names.

    Returns:
      struct of Files: config, layers (layers.json), tag (one line).
    """
    config_out = ctx.actions.declare_file(output + ".config.json")
    layers_out = ctx.actions.declare_file(output + ".layers.json")
    tag_out = ctx.actions.declare_file(output + ".tag")
    args = ctx.actions.args()
    args.use_param_file("@%s")
    args.set_param_file_format("multiline")
    args.add("config")
    args.add("--plan", plan)
    args.add_all(layers, before_each = "--layer")
    args.add("--customisation", customisation.metadata)
    args.add("--config", config)
    args.add("--os", platform.os)
    args.add(platform.architecture, format = "--architecture=%s")
    args.add("--out", config_out)
    args.add("--layers-out", layers_out)
    args.add("--tag-out", tag_out)
    inputs = [plan, customisation.metadata, config] + layers
    if tag:
        args.add(tag, format = "--tag=%s")
    if config_as_is:
        args.add("--config-as-is")
    if created == "now":
        # A change of this file alone runs nothing again.
        args.add("--created-file", ctx.version_file)
        inputs.append(ctx.version_file)
    else:
        args.add(created, format = "--created=%s")
    if base:
        args.add("--base", base.info)
        args.add("--base-config", base.config)
        inputs += [base.info, base.config]
        if inherit != None:
            args.add_all(inherit or [""], format_each = "--inherit=%s")
    if rest:
        args.add("--rest", rest)
        inputs.append(rest)
    run_strata(
        ctx,
        arguments = [args],
        inputs = inputs,
        outputs = [config_out, layers_out, tag_out],
        mnemonic = "ImageConfig",
        plain_paths = created == "now",
        progress_message = "Writing the config of %{label}",
    )
    return struct(config = config_out, layers = layers_out, tag = tag_out)
