"""The rules of layered images: their store objects are spread over layers, the most popular in layers of their own."""

load("//rules/private/actions:closure.bzl", "closure", "empty_closure")
load("//rules/private/actions:customisation_layer.bzl", "customisation_layer")
load("//rules/private/actions:image_time.bzl", "image_time")
load("//rules/private/actions:layer_options.bzl", "DEFAULT_TIME", "layer_options")
load("//rules/private/actions:layer_plan.bzl", "layer_plan")
load("//rules/private/actions:object_layer.bzl", "image_object_layers")
load("//rules/private/actions:rest_layer.bzl", "rest_layer")
load("//rules/private/actions:strata.bzl", "SCRIPT_TOOLCHAIN_TYPE", "TOOLCHAIN_TYPE")
load("//rules/private/providers:image_info.bzl", "ImageInfo")
load("//rules/private/rules:image_attributes.bzl", "image_platform", "image_times", "owner")
load("//rules/private/rules:image_base.bzl", "image_base")
load("//rules/private/rules:image_layering.bzl", "IMAGE_LAYERING_ATTRS", "can_share_layers", "image_layering", "most_layers", "most_store_layers")
load("//rules/private/rules:image_objects.bzl", "contents_attr", "image_objects", "refuse_placed")
load("//rules/private/rules:image_outputs.bzl", "layer_compression")
load("//rules/private/rules:image_result.bzl", "IMAGE_ATTRS", "archive_files", "describe_image", "image_providers", "stream_files")
load("//rules/private/rules:image_scripts.bzl", "LAYERED_IMAGE_SCRIPTS_ATTRS", "layered_image_scripts")
load("//rules/private/rules:image_user_config.bzl", "config_references", "user_config")
load("//rules/private/rules:object_context.bzl", "store_dir")
load("//rules/private/transitions:image_platform.bzl", image_platform_transition = "image_platform")
load("//rules/private/values:expansion.bzl", "labels_in")

def _stream_layered_image_impl(ctx):
    described = describe_image(ctx, _parts(ctx), times_at_run = ctx.attr.times_at_run)
    return image_providers(described, stream_files(described))

def _build_layered_image_impl(ctx):
    described = describe_image(ctx, _parts(ctx), times_at_run = ctx.attr.times_at_run)
    return image_providers(described, archive_files(ctx, described))

def _parts(ctx):
    """What an image is made of, and what is in which of its layers."""
    times = image_times(ctx)
    platform = image_platform(ctx)
    objects = image_objects(ctx)
    layering = image_layering(ctx, objects.paths)
    options = _options(ctx, times.mtime, objects.all)
    base = image_base(ctx, platform = platform, store_dir = options.store_dir)
    config = user_config(ctx, objects.paths)
    customisation = customisation_layer(
        ctx,
        contents = objects.contents,
        directories = objects.directories,
        scripts = layered_image_scripts(ctx, objects),
        candidates = objects.in_store,
        collisions = ctx.attr.collisions,
        options = options,
        output = ctx.label.name,
    )
    stored = _stored(ctx, objects, config, customisation, options)
    return struct(
        base = base,
        chosen = _choose_layers(ctx, stored, layering, base, options, pinned = _pinned(ctx, objects)),
        config = config,
        customisation = customisation,
        objects = objects,
        options = options,
        platform = platform,
        separate = stored,
        stored = stored,
        times = times,
    )

def _options(ctx, mtime, objects):
    """The options of the image's layers; the time of the build is a file that an action writes."""
    at_build = mtime == "now" and not ctx.attr.times_at_run
    return layer_options(
        store_dir = store_dir(ctx),
        mtime = DEFAULT_TIME if mtime == "now" else mtime,
        mtime_file = image_time(ctx, content = [info.layer.metadata for info in objects], output = ctx.label.name) if at_build else None,
        uid = owner(ctx, "uid"),
        gid = owner(ctx, "gid"),
        uname = ctx.attr.uname,
        gname = ctx.attr.gname,
    )

def _stored(ctx, objects, config, customisation, options):
    """The candidates, each with its layer alone, and the closure that chooses among them."""
    if not ctx.attr.include_store_paths:
        refuse_placed(ctx, objects, "include_store_paths = False")
        return struct(closure = empty_closure(ctx, output = ctx.label.name), layers = [], objects = [], twins = [])
    return struct(
        closure = closure(
            ctx,
            store_dir = options.store_dir,
            candidates = objects.candidates,
            roots = objects.roots,
            config = config_references(ctx) or config,
            references = customisation.references,
            output = ctx.label.name,
        ),
        layers = image_object_layers(ctx, objects.all, options, compression = layer_compression(ctx), output = ctx.label.name),
        objects = objects.all,
        # The config's action refuses those that differ.
        twins = [
            image_object_layers(ctx, [twin], options, compression = layer_compression(ctx), output = "{}.twin{}".format(ctx.label.name, number))[0]
            for number, twin in enumerate(objects.twins)
        ],
    )

def _choose_layers(ctx, stored, layering, base, options, pinned):
    """Which of the objects share a layer."""
    store_layers = most_store_layers(ctx, layering)
    plan = layer_plan(
        ctx,
        closure = stored.closure,
        layering = layering,
        max_layers = ctx.attr.max_layers,
        objects = stored.objects,
        layers = stored.layers,
        pinned = pinned,
        base = base,
        output = ctx.label.name,
    )
    counts = dict(objects = len(stored.objects), store_layers = store_layers, base = bool(base))
    rest = None
    if can_share_layers(layering, **counts):
        rest = rest_layer(ctx, plan = plan, candidates = stored.objects, options = options, output = ctx.label.name)
    return struct(
        own_layers = most_layers(ctx, layering, **counts),
        plan = plan,
        rest = rest,
        shown_plan = plan,
        whiteouts = bool(base),
    )

def _pinned(ctx, objects):
    roots = objects.contents + [objects.named[label] for label in labels_in(ctx.attr.config) if label in objects.named]
    pinned = roots + [info for info in objects.all if info.mutable]
    return sorted({info.store_path: None for info in pinned}.keys())

_LAYERED_IMAGE_ATTRS = {
    "collisions": attr.string(doc = "What happens when two of the contents have one path.", default = "first", values = ["first", "error"]),
    "contents": contents_attr("What is linked into the image's root, the first winning."),
    "gname": attr.string(doc = "Group name of every store object's files.", default = "root"),
    "include_store_paths": attr.bool(doc = "The store objects are in the image.", default = True),
    "uname": attr.string(doc = "Owner name of every store object's files.", default = "root"),
} | IMAGE_ATTRS | IMAGE_LAYERING_ATTRS | LAYERED_IMAGE_SCRIPTS_ATTRS

def _rule(implementation, *, doc, times_at_run, toolchains):
    return rule(
        implementation = implementation,
        doc = doc,
        attrs = _LAYERED_IMAGE_ATTRS | {
            "times_at_run": attr.bool(doc = "What is now is now when the image is sent, not when it is built.", default = times_at_run),
        },
        cfg = image_platform_transition,
        executable = True,
        provides = [ImageInfo],
        toolchains = toolchains,
    )

stream_layered_image = _rule(
    _stream_layered_image_impl,
    doc = "The rule behind the macro stream_layered_image.",
    times_at_run = True,
    toolchains = [TOOLCHAIN_TYPE],
)

scripted_stream_layered_image = _rule(
    _stream_layered_image_impl,
    doc = "The rule behind the macro stream_layered_image, for images with scripts or a Nix database.",
    times_at_run = True,
    toolchains = [SCRIPT_TOOLCHAIN_TYPE, TOOLCHAIN_TYPE],
)

build_layered_image = _rule(
    _build_layered_image_impl,
    doc = "The rule behind the macro build_layered_image.",
    times_at_run = False,
    toolchains = [TOOLCHAIN_TYPE],
)

scripted_build_layered_image = _rule(
    _build_layered_image_impl,
    doc = "The rule behind the macro build_layered_image, for images with scripts or a Nix database.",
    times_at_run = False,
    toolchains = [SCRIPT_TOOLCHAIN_TYPE, TOOLCHAIN_TYPE],
)
