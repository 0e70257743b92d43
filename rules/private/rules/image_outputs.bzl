"""An image's bytes as files: made only when something asks for them."""

load("//rules/private/actions:docker_archive.bzl", "docker_archive")
load("//rules/private/actions:image_layout.bzl", "image_layout")
load("//rules/private/actions:image_manifest.bzl", "image_manifest")
load("//rules/private/actions:image_mtree.bzl", "image_mtree")
load("//rules/private/actions:layer_blob.bzl", "base_blobs", "customisation_blob", "rest_blobs")
load("//rules/private/actions:layer_tar.bzl", "base_tars", "layer_tar")

IMAGE_OUTPUTS_ATTRS = {
    "compressor": attr.string(doc = "How the docker archive is compressed.", default = "gz", values = ["gz", "gzip", "none", "zstd"]),
    "layer_compression": attr.string(doc = "How layers are compressed in an OCI layout.", default = "gzip", values = ["gz", "gzip", "zstd"]),
}

# dockerTools says gz, the OCI image specification gzip: either is taken for both.
_COMPRESSORS = {"gzip": "gz"}
_LAYER_COMPRESSIONS = {"gz": "gzip"}

_EXTENSIONS = {"gz": ".tar.gz", "none": ".tar", "zstd": ".tar.zst"}

def layer_compression(ctx):
    """How layers are compressed in an OCI layout.

    Args:
      ctx: rule context with IMAGE_OUTPUTS_ATTRS.

    Returns:
      string, "gzip" or "zstd".
    """
    value = ctx.attr.layer_compression
    return _LAYER_COMPRESSIONS.get(value, value)

def image_outputs(ctx, *, base, chosen, customisation, description, described, options, stored):
    """Declares the actions.

    Args:
      ctx: rule context with IMAGE_OUTPUTS_ATTRS.
      base: struct from image_base, or None.
      chosen: struct: own_layers (int, the most that the image can have), plan, rest, whiteouts (bool: there
        may be a layer of them).
      customisation: struct from customisation_layer.
      description: struct from image_description.
      described: struct from image_config.
      options: struct from layer_options.
      stored: struct: objects and layers, lists in the same order.

    Returns:
      struct: docker_archive, manifest, digest, mtree and oci_layout (Files), layers (list of Files).
    """
    output = ctx.label.name
    compressor = _COMPRESSORS.get(ctx.attr.compressor, ctx.attr.compressor)
    blobs = _blobs(ctx, base = base, chosen = chosen, customisation = customisation, options = options, stored = stored)
    manifest = image_manifest(
        ctx,
        layers = described.layers,
        config = described.config,
        descriptors = [blob.info for blob in blobs.own],
        descriptor_sets = [blobs.infos for blobs in blobs.sets if blobs.infos],
        base = base.image if base else None,
        output = output,
    )
    return struct(
        digest = manifest.digest,
        docker_archive = docker_archive(
            ctx,
            description = description,
            compressor = compressor,
            output = output + _EXTENSIONS[compressor],
        ),
        layers = ([base_tars(ctx, description = description, output = output)] if base else []) + [
            layer_tar(ctx, description = description, plan = chosen.plan, index = index, last = index == chosen.own_layers - 1, output = output)
            for index in range(chosen.own_layers)
        ],
        manifest = manifest.manifest,
        mtree = image_mtree(ctx, description = description, output = output),
        oci_layout = _oci_layout(ctx, blobs = blobs, description = description, described = described),
    )

def _blobs(ctx, *, base, chosen, customisation, options, stored):
    """The image's blobs: own, with one each, and sets of several."""
    output = ctx.label.name
    compression = layer_compression(ctx)
    own = [getattr(layer.blob, compression) for layer in stored.layers]
    own.append(customisation_blob(ctx, tar = customisation.tar, compression = compression, output = output))
    sets = []

    if chosen.rest or chosen.whiteouts:
        sets.append(rest_blobs(ctx, plan = chosen.plan, objects = stored.objects, options = options, compression = compression, output = output))
    if base:
        sets.append(base_blobs(ctx, base = base, compression = compression, output = output))
    return struct(own = own, sets = sets)

def _oci_layout(ctx, *, blobs, description, described):
    """The layout, with a manifest of descriptors that came with the bytes: each layer is compressed once."""
    manifest = image_manifest(
        ctx,
        layers = described.layers,
        config = described.config,
        descriptors = [blob.descriptor for blob in blobs.own],
        descriptor_sets = [blobs.descriptors for blobs in blobs.sets],
        output = ctx.label.name + ".oci-layout",
    )
    return image_layout(
        ctx,
        manifest = manifest.manifest,
        config = described.config,
        blobs = blobs.own,
        blob_sets = blobs.sets,
        name = description.name,
        tag = described.tag,
        output = ctx.label.name,
    )
