"""BaseInfo: what an image needs to know of its base."""

load("//rules/private/actions:strata.bzl", "run_strata")

def archive_base_info(ctx, *, archive, name, tag, architecture, store_dir, output):
    """Declares the action for a docker archive or an OCI layout.

    Args:
      ctx: rule context.
      archive: File, an archive or a directory.
      name: string, the image's name in the archive; empty for the first image.
      tag: string, its tag.
      architecture: string, the GOARCH that chooses in an image index.
      store_dir: string.
      output: string, the stem of the outputs' file names.

    Returns:
      struct of Files: info (base.json), config (the base's own).
    """
    args = ctx.actions.args()
    args.add("base")
    args.add_all([archive], before_each = "--image", expand_directories = False)
    args.add(name, format = "--name=%s")
    args.add(tag, format = "--tag=%s")
    args.add(architecture, format = "--architecture=%s")
    args.add("--store-dir", store_dir)
    return _base_info(ctx, args, [archive], output)

def image_base_info(ctx, *, image, store_dir, output):
    """Declares the action for an image of ours.

    Args:
      ctx: rule context.
      image: ImageInfo.
      store_dir: string.
      output: string, the stem of the outputs' file names.

    Returns:
      struct of Files: info (base.json), config (the base's own).
    """
    args = ctx.actions.args()
    args.add("base")
    args.add("--layers", image.layers)
    args.add("--config", image.config)
    args.add("--store-dir", store_dir)
    return _base_info(ctx, args, [image.layers, image.config], output)

def _base_info(ctx, args, inputs, output):
    info = ctx.actions.declare_file(output + ".base.json")
    config = ctx.actions.declare_file(output + ".base-config.json")
    args.add("--out", info)
    args.add("--config-out", config)
    run_strata(
        ctx,
        arguments = [args],
        inputs = inputs,
        outputs = [info, config],
        mnemonic = "BaseInfo",
        progress_message = "Reading the base image of %{label}",
    )
    return struct(info = info, config = config)
