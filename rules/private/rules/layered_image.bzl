"""The rules of layered images: their store objects are spread over layers, the most popular in layers of their own."""

load("//rules/private/actions:closure.bzl", "closure", "empty_closure")
load("//rules/private/actions:customisation_layer.bzl", "customisation_layer")
load("//rules/private/actions:image_config.bzl", "image_config")
load("//rules/private/actions:image_time.bzl", "image_time")
load("//rules/private/actions:layer_options.bzl", "DEFAULT_TIME", "layer_options")
load("//rules/private/actions:layer_plan.bzl", "layer_plan")
load("//rules/private/actions:object_layer.bzl", "image_object_layers")
load("//rules/private/actions:rest_layer.bzl", "rest_layer")
load("//rules/private/actions:strata.bzl", "SCRIPT_TOOLCHAIN_TYPE", "TOOLCHAIN_TYPE")
load("//rules/private/providers:image_config_info.bzl", "ImageConfigInfo")
load("//rules/private/providers:image_info.bzl", "ImageInfo")
load("//rules/private/rules:deploy.bzl", "DEPLOY_ATTRS", "deploy_files")
load("//rules/private/rules:image_attributes.bzl", "image_name", "image_platform", "image_times", "inherited_fields", "owner")
load("//rules/private/rules:image_base.bzl", "IMAGE_BASE_ATTRS", "image_base")
load("//rules/private/rules:image_description.bzl", "image_description")
load("//rules/private/rules:image_layering.bzl", "IMAGE_LAYERING_ATTRS", "can_share_layers", "image_layering", "most_layers", "most_store_layers")
load("//rules/private/rules:image_objects.bzl", "IMAGE_OBJECTS_ATTRS", "image_objects")
load("//rules/private/rules:image_outputs.bzl", "IMAGE_OUTPUTS_ATTRS", "image_outputs", "layer_compression")
load("//rules/private/rules:image_scripts.bzl", "IMAGE_SCRIPTS_ATTRS", "image_scripts")
load("//rules/private/rules:object_context.bzl", "OBJECT_CONTEXT_ATTRS", "store_dir")
load("//rules/private/transitions:image_platform.bzl", image_platform_transition = "image_platform")
load("//rules/private/values:expansion.bzl", "expand", "labels_in")

def _stream_layered_image_impl(ctx):
    described = _describe(ctx)
    return _providers(described, [described.image.config, described.image.plan, described.deploy.stream])

def _build_layered_image_impl(ctx):
    described = _describe(ctx)
    return _providers(described, [described.outputs.docker_archive])

def _providers(described, files):
    image, outputs = described.image, described.outputs
    return [
        image,
        DefaultInfo(
            executable = described.deploy.run,
            files = depset(files),
            runfiles = described.deploy.runfiles,
        ),
        OutputGroupInfo(
            closure = depset([image.closure]),
            config = depset([image.config]),
            digest = depset([image.digest]),
            docker_archive = depset([outputs.docker_archive]),
            image_tag = depset([image.image_tag]),
            layers = depset(outputs.layers),
            manifest = depset([image.manifest]),
            mtree = depset([outputs.mtree]),
            oci_layout = depset([image.oci_layout]),
            plan = depset([image.plan]),
        ),
    ]

def _describe(ctx):
    """Declares the steps of an image, from its objects to the files that describe it."""
    times = image_times(ctx)
    parts = _parts(ctx, times)
    described = _config(ctx, parts, times)
    description = image_description(
        ctx,
        name = image_name(ctx),
        base = parts.base,
        config = described.config,
        created = times.created if ctx.attr.times_at_run else "",
        customisation = parts.customisation.tar,
        layer_compression = layer_compression(ctx),
        layers = described.layers,
        objects = parts.stored.objects,
        options = parts.options,
        mtime_at_run = times.mtime == "now" and ctx.attr.times_at_run,
        tag = described.tag,
    )
    deploy = deploy_files(ctx, base = parts.base, description = description)
    outputs = image_outputs(
        ctx,
        base = parts.base,
        chosen = parts.chosen,
        customisation = parts.customisation,
        description = description,
        described = described,
        options = parts.options,
        stored = parts.stored,
    )
    return struct(
        deploy = deploy,
        image = _image_info(ctx, parts, times, described, description, deploy, outputs),
        outputs = outputs,
    )

def _parts(ctx, times):
    """What an image is made of, and what is in which of its layers."""
    platform = image_platform(ctx)
    objects = image_objects(ctx)
    layering = image_layering(ctx, objects.paths)
    options = _options(ctx, times.mtime, objects.all)
    base = image_base(ctx, platform = platform, store_dir = options.store_dir)
    config = _user_config(ctx, objects.paths)
    customisation = customisation_layer(
        ctx,
        contents = objects.contents,
        scripts = image_scripts(ctx, objects),
        candidates = objects.all,
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
        stored = stored,
    )

def _config(ctx, parts, times):
    return image_config(
        ctx,
        plan = parts.chosen.plan,
        layers = [layer.metadata for layer in parts.stored.layers + parts.stored.twins],
        rest = parts.chosen.rest,
        customisation = parts.customisation,
        config = parts.config,
        config_as_is = bool(ctx.file.config_file),
        created = DEFAULT_TIME if times.created == "now" and ctx.attr.times_at_run else times.created,
        platform = parts.platform,
        base = parts.base,
        inherit = inherited_fields(ctx),
        tag = ctx.attr.tag,
        output = ctx.label.name,
    )

def _image_info(ctx, parts, times, described, description, deploy, outputs):
    return ImageInfo(
        candidates = parts.objects.candidates,
        closure = parts.stored.closure,
        config = described.config,
        description = struct(
            exec = description.exec,
            exec_files = description.exec_files,
            run = description.run,
            runfiles = deploy.described,
        ),
        digest = outputs.digest,
        image_tag = described.tag,
        layers = described.layers,
        made_at_run = ctx.attr.times_at_run and "now" in [times.mtime, times.created],
        manifest = outputs.manifest,
        name = image_name(ctx),
        oci_layout = outputs.oci_layout,
        passthru = ctx.attr.passthru,
        plan = parts.chosen.plan,
        platform = parts.platform,
        tag = ctx.attr.tag or None,
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
        return struct(closure = empty_closure(ctx, output = ctx.label.name), layers = [], objects = [], twins = [])
    return struct(
        closure = closure(
            ctx,
            store_dir = options.store_dir,
            candidates = objects.candidates,
            roots = objects.roots,
            config = _config_references(ctx) or config,
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
    return struct(own_layers = most_layers(ctx, layering, **counts), plan = plan, rest = rest)

def _pinned(ctx, objects):
    roots = objects.contents + [objects.named[label] for label in labels_in(ctx.attr.config) if label in objects.named]
    pinned = roots + [info for info in objects.all if info.mutable]
    return sorted({info.store_path: None for info in pinned}.keys())

def _config_references(ctx):
    """What mentions the store paths that the config brings, when that is not the config."""
    described = ctx.attr.config_file
    return described[ImageConfigInfo].references if described and ImageConfigInfo in described else None

def _user_config(ctx, paths):
    if ctx.file.config_file:
        return ctx.file.config_file
    out = ctx.actions.declare_file(ctx.label.name + ".user-config.json")
    ctx.actions.write(out, expand(ctx.attr.config or "{}", paths, "{}: config".format(ctx.label)))
    return out

_LAYERED_IMAGE_ATTRS = {
    "architecture": attr.string(doc = "GOARCH in the config; the target platform's when empty."),
    "collisions": attr.string(doc = "What happens when two of the contents have one path.", default = "first", values = ["first", "error"]),
    "config": attr.string(doc = "JSON text of the config."),
    "config_file": attr.label(doc = "A JSON file with the config.", allow_single_file = True),
    "created": attr.string(doc = "ISO 8601 time in the config, seconds since 1970, or now.", default = DEFAULT_TIME),
    "gid": attr.int(doc = "Group of every store object's files."),
    "gname": attr.string(doc = "Group name of every store object's files.", default = "root"),
    "image_name": attr.string(doc = "The repository part of the image's name."),
    "include_store_paths": attr.bool(doc = "The store objects are in the image.", default = True),
    "mtime": attr.string(doc = "ISO 8601 time of every file, seconds since 1970, or now.", default = DEFAULT_TIME),
    "passthru": attr.string_dict(doc = "Carried in ImageInfo."),
    "platform": attr.label(doc = "The platform to build the image for; the target platform when None."),
    "tag": attr.string(doc = "The tag; from the content when empty."),
    "uid": attr.int(doc = "Owner of every store object's files."),
    "uname": attr.string(doc = "Owner name of every store object's files.", default = "root"),
} | OBJECT_CONTEXT_ATTRS | DEPLOY_ATTRS | IMAGE_BASE_ATTRS | IMAGE_LAYERING_ATTRS | IMAGE_OBJECTS_ATTRS | IMAGE_OUTPUTS_ATTRS | IMAGE_SCRIPTS_ATTRS

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
