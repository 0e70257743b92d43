"""Layers compressed, as a registry and an OCI layout hold them, each with its descriptor.

For each blob there are two actions. BlobInfo compresses the layer and keeps the
descriptor alone, a few hundred bytes: it is what a manifest is made of. The
other keeps the bytes too, for an OCI layout. Both describe the same blob.
"""

load("//rules/private/actions:layer_options.bzl", "add_layer_options", "layer_option_files")
load("//rules/private/actions:object_pool.bzl", "pool_argument", "pool_files")
load("//rules/private/actions:object_source.bzl", "add_object")
load("//rules/private/actions:strata.bzl", "run_strata")

_EXTENSIONS = {"gzip": ".tar.gz", "zstd": ".tar.zst"}

def object_blobs(ctx, *, store_path, source, options, compressions, output):
    """Declares BlobInfo and ObjectBlob: the layer of one object. They run only when something asks for their outputs.

    Args:
      ctx: rule or aspect context.
      store_path: string.
      source: struct, the object's source.
      options: struct from layer_options.
      compressions: list of strings, "gzip" or "zstd".
      output: string, the stem of the outputs' file names.

    Returns:
      struct with a field for each compression: a struct of info (File, the
      descriptor), bytes and descriptor (Files; the descriptor comes with the
      bytes).
    """

    def add_layer(args):
        add_layer_options(args, options)
        add_object(args, store_path, source)

    inputs = depset(layer_option_files(options), transitive = [source.files])
    return struct(**{
        compression: _blob(ctx, add_layer, inputs = inputs, compression = compression, output = output, mnemonic = "ObjectBlob", per_object = True)
        for compression in compressions
    })

def customisation_blob(ctx, *, tar, compression, output):
    """Declares BlobInfo and CustomisationBlob: the layer that is a tar already.

    Args:
      ctx: rule context.
      tar: File.
      compression: string, "gzip" or "zstd".
      output: string, the stem of the outputs' file names.

    Returns:
      struct: info, bytes and descriptor, Files, as for object_blobs.
    """
    return _blob(
        ctx,
        lambda args: args.add("--tar", tar),
        inputs = [tar],
        compression = compression,
        output = output + ".customisation",
        mnemonic = "CustomisationBlob",
        per_object = False,
    )

def _blob(ctx, add_layer, *, inputs, compression, output, mnemonic, per_object):
    info = ctx.actions.declare_file("{}.layer.{}.json".format(output, compression))
    run_strata(
        ctx,
        arguments = [_blob_args(ctx, add_layer, compression = compression, descriptor = info)],
        inputs = inputs,
        outputs = [info],
        mnemonic = "BlobInfo",
        per_object = per_object,
        progress_message = "Finding the digest of the layer of %{label}",
    )
    out = ctx.actions.declare_file(output + ".layer" + _EXTENSIONS[compression])
    descriptor = ctx.actions.declare_file(output + ".layer" + _EXTENSIONS[compression] + ".json")
    run_strata(
        ctx,
        arguments = [_blob_args(ctx, add_layer, compression = compression, descriptor = descriptor, out = out)],
        inputs = inputs,
        outputs = [out, descriptor],
        mnemonic = mnemonic,
        per_object = per_object,
        progress_message = "Compressing the layer of %{label}",
    )
    return struct(bytes = out, descriptor = descriptor, info = info)

def _blob_args(ctx, add_layer, *, compression, descriptor, out = None):
    args = ctx.actions.args()
    args.add("blob")
    args.add("--compression", compression)
    args.add("--descriptor", descriptor)
    if out:
        args.add("--out", out)
    add_layer(args)
    return args

def rest_blobs(ctx, *, plan, objects, options, compression, output):
    """Declares BlobInfo and RestBlobs: the layers that several objects share, and the layer of whiteouts.

    Args:
      ctx: rule context.
      plan: File, plan.json.
      objects: list of StoreObjectInfo, the candidates.
      options: struct from layer_options.
      compression: string, "gzip" or "zstd".
      output: string, the stem of the outputs' file names.

    Returns:
      struct: infos (File, the descriptors), bytes (a directory, files named by
      their digests) and descriptors (File, which comes with the bytes).
    """
    layers = ctx.actions.args()
    layers.add("rest-blobs")
    add_layer_options(layers, options)
    layers.add("--plan", plan)
    return _blobs(
        ctx,
        [layers, pool_argument(ctx.actions.args, objects)],
        inputs = depset([plan] + layer_option_files(options), transitive = pool_files(objects)),
        compression = compression,
        output = output + ".rest-blobs",
        mnemonic = "RestBlobs",
        prune = True,
    )

def base_blobs(ctx, *, base, compression, output):
    """Declares BaseBlobs: the base image's layers, those of an OCI layout as they are. For a base that is a file, also BlobInfo.

    Args:
      ctx: rule context.
      base: struct from image_base.
      compression: string, "gzip" or "zstd", for layers that are not compressed.
      output: string, the stem of the outputs' file names.

    Returns:
      struct: infos (File, the descriptors; None for an image of ours, whose
      manifest has them), bytes (a directory, files named by their digests) and
      descriptors (File, which comes with the bytes).
    """
    image = base.image.oci_layout if base.image else base.archive
    layers = ctx.actions.args()
    layers.add("base-blobs")
    layers.add_all([image], before_each = "--image", expand_directories = False)
    if base.archive:
        layers.add(base.name, format = "--name=%s")
        layers.add(base.tag, format = "--tag=%s")
    layers.add(base.architecture, format = "--architecture=%s")
    return _blobs(
        ctx,
        [layers],
        inputs = [image],
        compression = compression,
        output = output + ".base-blobs",
        mnemonic = "BaseBlobs",
        prune = False,
        info = not base.image,
    )

def _blobs(ctx, layers, *, inputs, compression, output, mnemonic, prune, info = True):
    infos = None
    if info:
        infos = ctx.actions.declare_file(output + ".info.json")
        _run_blobs(ctx, layers, inputs, compression, infos, None, output + ".info.unused" if prune else None, "BlobInfo", "Finding the digests of layers of %{label}")
    out = ctx.actions.declare_directory(output)
    descriptors = ctx.actions.declare_file(output + ".json")
    _run_blobs(ctx, layers, inputs, compression, descriptors, out, output + ".unused" if prune else None, mnemonic, "Compressing layers of %{label}")
    return struct(bytes = out, descriptors = descriptors, infos = infos)

def _run_blobs(ctx, layers, inputs, compression, descriptors, out, unused_name, mnemonic, progress_message):
    unused = ctx.actions.declare_file(unused_name) if unused_name else None
    args = ctx.actions.args()
    args.add("--compression", compression)
    args.add("--descriptors", descriptors)
    if out:
        args.add_all([out], before_each = "--out", expand_directories = False)
    if unused:
        args.add("--unused-inputs", unused)
    run_strata(
        ctx,
        arguments = layers + [args],
        inputs = inputs,
        outputs = [descriptors] + [file for file in [out, unused] if file],
        unused_inputs_list = unused,
        mnemonic = mnemonic,
        progress_message = progress_message,
    )
