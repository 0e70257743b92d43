"""Layers compressed, as a registry and an OCI layout hold them, each with its descriptor."""

load("//rules/private/actions:layer_options.bzl", "add_layer_options", "layer_option_files")
load("//rules/private/actions:object_pool.bzl", "pool_argument", "pool_files")
load("//rules/private/actions:object_source.bzl", "add_object_argument")
load("//rules/private/actions:strata.bzl", "run_strata")

_EXTENSIONS = {"gzip": ".tar.gz", "zstd": ".tar.zst"}

def object_blob(ctx, *, store_path, source, options, compression, output):
    """Declares ObjectBlob: the layer of one object. It runs only when something asks for its outputs.

    Args:
      ctx: rule or aspect context.
      store_path: string.
      source: struct, the object's source.
      options: struct from layer_options.
      compression: string, "gzip" or "zstd".
      output: string, the stem of the outputs' file names.

    Returns:
      struct: bytes and descriptor, Files.
    """
    args = ctx.actions.args()
    args.add("blob")
    add_layer_options(args, options)
    return _blob(
        ctx,
        args,
        more = add_object_argument(ctx.actions.args, "--object", store_path, source),
        inputs = depset(layer_option_files(options), transitive = [source.files]),
        compression = compression,
        output = output,
        mnemonic = "ObjectBlob",
    )

def customisation_blob(ctx, *, tar, compression, output):
    """Declares CustomisationBlob: the layer that is a tar already.

    Args:
      ctx: rule context.
      tar: File.
      compression: string, "gzip" or "zstd".
      output: string, the stem of the outputs' file names.

    Returns:
      struct: bytes and descriptor, Files.
    """
    args = ctx.actions.args()
    args.add("blob")
    args.add("--tar", tar)
    return _blob(
        ctx,
        args,
        more = [],
        inputs = [tar],
        compression = compression,
        output = output + ".customisation",
        mnemonic = "CustomisationBlob",
    )

def _blob(ctx, args, *, more, inputs, compression, output, mnemonic):
    out = ctx.actions.declare_file(output + ".layer" + _EXTENSIONS[compression])
    descriptor = ctx.actions.declare_file("{}.layer.{}.json".format(output, compression))
    args.add("--compression", compression)
    args.add("--out", out)
    args.add("--descriptor", descriptor)
    run_strata(
        ctx,
        arguments = [args] + more,
        inputs = inputs,
        outputs = [out, descriptor],
        mnemonic = mnemonic,
        progress_message = "Compressing the layer of %{label}",
    )
    return struct(bytes = out, descriptor = descriptor)

def rest_blobs(ctx, *, plan, objects, options, compression, output):
    """Declares RestBlobs: the layers that several objects share, and the layer of whiteouts.

    Args:
      ctx: rule context.
      plan: File, plan.json.
      objects: list of StoreObjectInfo, the candidates.
      options: struct from layer_options.
      compression: string, "gzip" or "zstd".
      output: string, the stem of the outputs' file names.

    Returns:
      struct: bytes (a directory, files named by their digests) and descriptors (File).
    """
    unused = ctx.actions.declare_file(output + ".rest-blobs.unused")
    args = ctx.actions.args()
    args.add("rest-blobs")
    add_layer_options(args, options)
    args.add("--plan", plan)
    args.add("--unused-inputs", unused)
    return _blobs(
        ctx,
        args,
        more = [pool_argument(ctx.actions.args, objects)],
        inputs = depset([plan] + layer_option_files(options), transitive = pool_files(objects)),
        compression = compression,
        output = output + ".rest-blobs",
        mnemonic = "RestBlobs",
        unused = unused,
    )

def base_blobs(ctx, *, base, compression, output):
    """Declares BaseBlobs: the base image's layers, those of an OCI layout as they are.

    Args:
      ctx: rule context.
      base: struct from image_base.
      compression: string, "gzip" or "zstd", for layers that are not compressed.
      output: string, the stem of the outputs' file names.

    Returns:
      struct: bytes (a directory, files named by their digests) and descriptors (File).
    """
    image = base.image.oci_layout if base.image else base.archive
    args = ctx.actions.args()
    args.add("base-blobs")
    args.add_all([image], before_each = "--image", expand_directories = False)
    if base.archive:
        args.add(base.name, format = "--name=%s")
        args.add(base.tag, format = "--tag=%s")
    args.add(base.architecture, format = "--architecture=%s")
    return _blobs(
        ctx,
        args,
        more = [],
        inputs = [image],
        compression = compression,
        output = output + ".base-blobs",
        mnemonic = "BaseBlobs",
        unused = None,
    )

def _blobs(ctx, args, *, more, inputs, compression, output, mnemonic, unused):
    out = ctx.actions.declare_directory(output)
    descriptors = ctx.actions.declare_file(output + ".json")
    args.add("--compression", compression)
    args.add_all([out], before_each = "--out", expand_directories = False)
    args.add("--descriptors", descriptors)
    run_strata(
        ctx,
        arguments = [args] + more,
        inputs = inputs,
        outputs = [out, descriptors] + ([unused] if unused else []),
        unused_inputs_list = unused,
        mnemonic = mnemonic,
        progress_message = "Compressing layers of %{label}",
    )
    return struct(bytes = out, descriptors = descriptors)
