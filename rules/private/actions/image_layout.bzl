"""ImageLayout: the image as a directory that registries' tools read."""

load("//rules/private/actions:strata.bzl", "run_strata")

def image_layout(ctx, *, manifest, config, blobs, blob_sets, name, tag, output):
    """Declares the action.

    Follows the OCI image specification, "Image Layout".

    Args:
      ctx: rule context.
      manifest: File.
      config: File, the image's config.
      blobs: list of structs from layer_blob.bzl, with one blob each.
      blob_sets: list of structs from layer_blob.bzl, with directories of blobs.
      name: string, the repository part of the image's name.
      tag: File, one line.
      output: string, the stem of the output's name.

    Returns:
      File: a directory.
    """
    out = ctx.actions.declare_directory(output + ".oci")
    args = ctx.actions.args()
    args.use_param_file("@%s")
    args.set_param_file_format("multiline")
    args.add("layout")
    args.add("--manifest", manifest)
    args.add("--config", config)
    args.add(name, format = "--name=%s")
    args.add("--tag", tag)
    args.add_all(blobs, map_each = _described_blob, before_each = "--blob")
    args.add_all([blobs.bytes for blobs in blob_sets], before_each = "--blob-dir", expand_directories = False)
    args.add_all([out], before_each = "--out", expand_directories = False)
    run_strata(
        ctx,
        arguments = [args],
        inputs = [manifest, config, tag] + [file for blob in blobs for file in [blob.descriptor, blob.bytes]] + [blobs.bytes for blobs in blob_sets],
        outputs = [out],
        mnemonic = "ImageLayout",
        progress_message = "Writing the OCI layout of %{label}",
    )
    return out

def _described_blob(blob):
    return blob.descriptor.path + "=" + blob.bytes.path
