"""How an image's store objects are put in order and into layers."""

load("//rules/private/values:expansion.bzl", "expand")

_STRATEGIES = ["auto", "origin", "popularity", "popularity_pinned", "size", "stable"]

# Those that read how large each object is.
_BY_SIZE = ["auto", "origin", "size", "stable"]

# Those that put objects together although each could have a layer of its own.
_GROUPING = ["auto", "origin"]

IMAGE_LAYERING_ATTRS = {
    "layering": attr.string(
        doc = "How objects are ordered and split over layers.",
        default = "popularity",
    ),
    "layering_debug": attr.bool(doc = "Prints why each object is where it is."),
    "layering_file": attr.label(doc = "A JSON file with a pipeline.", allow_single_file = True),
    "layering_pipeline": attr.string(doc = "JSON text of a pipeline."),
    "max_layers": attr.int(doc = "The most layers that the image may have.", default = 100),
    "min_layer_size": attr.int(doc = "Objects in layers of fewer bytes are put together; 0 for none."),
}

def image_layering(ctx, paths):
    """Reads the attributes.

    Args:
      ctx: rule context with IMAGE_LAYERING_ATTRS.
      paths: dict from labels to store paths.

    Returns:
      struct: strategy (string), pipeline (File or None), min_layer_size (int, in
      bytes), pins and needs_sizes and debug (bools).
    """
    pipeline = ctx.file.layering_file
    if ctx.attr.layering_pipeline:
        pipeline = ctx.actions.declare_file(ctx.label.name + ".pipeline.json")
        ctx.actions.write(pipeline, expand(ctx.attr.layering_pipeline, paths, "{}: layering".format(ctx.label)))
    strategy = ctx.attr.layering
    if not pipeline and strategy not in _STRATEGIES:
        fail('{}: layering = "{}": want "{}", a pipeline (a list), or the label of a JSON file with one'.format(
            ctx.label,
            strategy,
            '", "'.join(_STRATEGIES),
        ))
    min_layer_size = _min_layer_size(ctx, pipeline)
    return struct(
        debug = ctx.attr.layering_debug,
        min_layer_size = min_layer_size,
        needs_sizes = bool(pipeline) or strategy in _BY_SIZE or min_layer_size > 0 or ctx.attr.layering_debug,
        pins = not pipeline and strategy == "popularity_pinned",
        pipeline = pipeline,
        strategy = strategy,
    )

def _min_layer_size(ctx, pipeline):
    size = ctx.attr.min_layer_size
    if size < 0:
        fail("{}: min_layer_size = {}: want a number of bytes, or 0 for no least size".format(ctx.label, size))
    if size and pipeline:
        fail(("{}: min_layer_size = {}: the layers of a pipeline are as its operations make them: leave min_layer_size out, " +
              'or take one of layering = "{}"').format(ctx.label, size, '", "'.join(_STRATEGIES)))
    return size

def most_store_layers(ctx, layering):
    """How many layers the store objects may take, those of a base image aside.

    Args:
      ctx: rule context with IMAGE_LAYERING_ATTRS.
      layering: struct from image_layering.

    Returns:
      int.
    """
    if ctx.attr.max_layers < 2 and not layering.pipeline:
        fail("{}: max_layers = {}: at least 2 are needed, one for store objects and one for the contents' links".format(ctx.label, ctx.attr.max_layers))
    return ctx.attr.max_layers - 1

def can_share_layers(layering, *, objects, store_layers, base):
    """Whether there may be a layer that is not that of one object alone.

    Args:
      layering: struct from image_layering.
      objects: int, the number of candidates.
      store_layers: int.
      base: bool, there is a base image.

    Returns:
      bool.
    """
    if layering.pipeline:
        # It can make empty layers too.
        return True
    if base:
        # There may be a layer of whiteouts.
        return objects > 0
    if layering.strategy in _GROUPING or layering.min_layer_size:
        return objects > 1
    return objects > store_layers

# How many layers without objects the tars of a pipeline in a file allow for.
_EMPTY_LAYERS_OF_FILE = 16

def _most_empty_layers(ctx, objects):
    """How many layers without objects a pipeline can make: one for each of these operations, which `map` repeats."""
    if ctx.file.layering_file:
        return _EMPTY_LAYERS_OF_FILE
    operations = ctx.attr.layering_pipeline.count('"subcomponent_')
    return operations * (objects if operations and '"map"' in ctx.attr.layering_pipeline else 1)

def most_layers(ctx, layering, *, objects, store_layers, base):
    """The most layers that the image can have above its base's.

    Args:
      ctx: rule context with IMAGE_LAYERING_ATTRS.
      layering: struct from image_layering.
      objects: int, the number of candidates.
      store_layers: int.
      base: bool, there is a base image.

    Returns:
      int.
    """
    whiteouts, customisation = (1 if base else 0), 1
    if layering.pipeline:
        stored = objects + _most_empty_layers(ctx, objects)
    else:
        stored = min(objects, store_layers)
    return whiteouts + stored + customisation
