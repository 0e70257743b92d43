"""ImageManifest: the manifest that a registry serves, whose hash is the image's digest."""

load("//rules/private/actions:strata.bzl", "run_strata")

def image_manifest(ctx, *, layers, config, blobs, blob_sets, output):
    """Declares the action. It reads descriptors, not bytes.

    Args:
      ctx: rule context.
      layers: File, layers.json.
      config: File, the image's config.
      blobs: list of structs from layer_blob.bzl, with one descriptor each.
      blob_sets: list of structs from layer_blob.bzl, with several.
      output: string, the stem of the outputs' file names.

    Returns:
      struct of Files: manifest, digest (one line).
    """
    manifest = ctx.actions.declare_file(output + ".manifest.json")
    digest = ctx.actions.declare_file(output + ".digest")
    one = [blob.descriptor for blob in blobs]
    several = [blobs.descriptors for blobs in blob_sets]
    args = ctx.actions.args()
    args.use_param_file("@%s")
    args.set_param_file_format("multiline")
    args.add("manifest")
    args.add("--layers", layers)
    args.add("--config", config)
    args.add_all(one, before_each = "--descriptor")
    args.add_all(several, before_each = "--descriptors")
    args.add("--out", manifest)
    args.add("--digest-out", digest)
    run_strata(
        ctx,
        arguments = [args],
        inputs = [layers, config] + one + several,
        outputs = [manifest, digest],
        mnemonic = "ImageManifest",
        progress_message = "Writing the manifest of %{label}",
    )
    return struct(manifest = manifest, digest = digest)
