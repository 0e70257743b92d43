"""ImageManifest: the manifest that a registry serves, whose hash is the image's digest."""

load("//rules/private/actions:strata.bzl", "run_strata")

def image_manifest(ctx, *, layers, config, descriptors, descriptor_sets, base = None, output):
    """Declares the action. It reads descriptors, not bytes.

    Args:
      ctx: rule context.
      layers: File, layers.json.
      config: File, the image's config.
      descriptors: list of Files, with the descriptor of one blob each.
      descriptor_sets: list of Files, with those of several blobs.
      base: ImageInfo or None: the image whose manifest has the descriptors of
        the layers below.
      output: string, the stem of the outputs' file names.

    Returns:
      struct of Files: manifest, digest (one line).
    """
    manifest = ctx.actions.declare_file(output + ".manifest.json")
    digest = ctx.actions.declare_file(output + ".digest")
    args = ctx.actions.args()
    args.use_param_file("@%s")
    args.set_param_file_format("multiline")
    args.add("manifest")
    args.add("--layers", layers)
    args.add("--config", config)
    args.add_all(descriptors, before_each = "--descriptor")
    args.add_all(descriptor_sets, before_each = "--descriptors")
    inputs = [layers, config] + descriptors + descriptor_sets
    if base:
        args.add("--base-manifest", base.manifest)
        args.add("--base-layers", base.layers)
        inputs.extend([base.manifest, base.layers])
    args.add("--out", manifest)
    args.add("--digest-out", digest)
    run_strata(
        ctx,
        arguments = [args],
        inputs = inputs,
        outputs = [manifest, digest],
        mnemonic = "ImageManifest",
        progress_message = "Writing the manifest of %{label}",
    )
    return struct(manifest = manifest, digest = digest)
