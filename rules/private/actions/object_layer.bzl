"""ObjectLayer: describes the layer that holds one store object alone."""

load("//rules/private/actions:layer_blob.bzl", "object_blobs")
load("//rules/private/actions:layer_options.bzl", "add_layer_options", "layer_option_files", "layer_options")
load("//rules/private/actions:object_source.bzl", "add_object")
load("//rules/private/actions:strata.bzl", "run_strata")
load("//rules/private/providers:layer_info.bzl", "LayerInfo")

def image_object_layers(ctx, objects, options, *, compression, output):
    """The layers of objects alone, with an image's options: the objects' own when these are the default ones.

    Args:
      ctx: rule context.
      objects: list of StoreObjectInfo.
      options: struct from layer_options.
      compression: string, "gzip" or "zstd".
      output: string, the stem of the outputs' file names.

    Returns:
      list of LayerInfo.
    """
    if options == layer_options(store_dir = options.store_dir):
        return [info.layer for info in objects]
    return [
        object_layer(
            ctx,
            store_path = info.store_path,
            source = info.source,
            references = None if info.allow_undeclared_references else info.references,
            has_deps = info.has_deps,
            options = options,
            compressions = [compression],
            output = "{}_layers/{}".format(output, info.store_path.split("/")[-1]),
        )
        for info in objects
    ]

def object_layer(ctx, *, store_path, source, references, has_deps, options, compressions, output, listing = None):
    """Declares the action; no tar is kept, its bytes are a function of the object.

    Args:
      ctx: rule or aspect context.
      store_path: string.
      source: struct, the object's source.
      references: list of store paths that the object may mention besides its
        own; None turns the scan for undeclared references off.
      has_deps: bool, the object's target has an attribute for its references.
      options: struct from layer_options.
      compressions: list of strings, the kinds of blobs that can be asked for.
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
    if references != None:
        args.add("--check-references")
        args.add_all(references, before_each = "--reference")
        if not has_deps:
            args.add("--without-deps")
    add_object(args, store_path, source)
    run_strata(
        ctx,
        arguments = [args],
        inputs = depset(layer_option_files(options), transitive = [source.files]),
        outputs = outputs,
        mnemonic = "ObjectLayer",
        per_object = True,
        progress_message = "Describing the layer of %{label}",
    )
    blobs = object_blobs(ctx, store_path = store_path, source = source, options = options, compressions = compressions, output = output)
    return LayerInfo(metadata = metadata, source = source, blob = blobs)
