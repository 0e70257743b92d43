"""stream_layered_image: an image whose layers are made when they are sent."""

load("//rules/private/actions:closure.bzl", "closure")
load("//rules/private/actions:customisation_layer.bzl", "customisation_layer")
load("//rules/private/actions:image_config.bzl", "image_config")
load("//rules/private/actions:layer_options.bzl", "DEFAULT_TIME", "layer_options")
load("//rules/private/actions:layer_plan.bzl", "layer_plan")
load("//rules/private/actions:object_layer.bzl", "object_layer")
load("//rules/private/actions:rest_layer.bzl", "rest_layer")
load("//rules/private/actions:strata.bzl", "TOOLCHAIN_TYPE")
load("//rules/private/providers:image_info.bzl", "ImageInfo")
load("//rules/private/providers:store_object_info.bzl", "StoreObjectInfo", "closure_of")
load("//rules/private/rules:deploy.bzl", "DEPLOY_ATTRS", "deploy_files")
load("//rules/private/rules:files_object.bzl", "files_object_aspect")
load("//rules/private/rules:object_context.bzl", "OBJECT_CONTEXT_ATTRS", "store_dir", "target_platform")
load("//rules/private/transitions:image_platform.bzl", "image_platform")
load("//rules/private/values:expansion.bzl", "expand")
load("//rules/private/values:labels.bzl", "display_label")
load("//rules/private/values:reference.bzl", "name_problem", "tag_problem")

def _layered_image_impl(ctx):
    platform = _platform(ctx)
    options = layer_options(
        store_dir = store_dir(ctx),
        mtime = _time(ctx, "mtime"),
        uid = _owner(ctx, "uid"),
        gid = _owner(ctx, "gid"),
        uname = ctx.attr.uname,
        gname = ctx.attr.gname,
    )
    contents = [_object(ctx, "contents", target) for target in ctx.attr.contents]
    config_objects = _config_objects(ctx)
    candidates = closure_of(contents + config_objects.values())
    objects = _unique(ctx, candidates.to_list())

    config = _user_config(ctx, config_objects)
    customisation = customisation_layer(ctx, contents = contents, options = options, output = ctx.label.name)
    chosen = _choose_layers(ctx, candidates, objects, config, customisation, options)
    described = image_config(
        ctx,
        plan = chosen.plan,
        layers = [layer.metadata for layer in _object_layers(ctx, objects, options)],
        rest = chosen.rest,
        customisation = customisation,
        config = config,
        config_as_is = bool(ctx.file.config_file),
        created = _time(ctx, "created"),
        platform = platform,
        tag = ctx.attr.tag,
        output = ctx.label.name,
    )
    image = ImageInfo(
        candidates = candidates,
        closure = chosen.closure,
        config = described.config,
        image_tag = described.tag,
        layers = described.layers,
        name = _name(ctx),
        plan = chosen.plan,
        platform = platform,
        tag = ctx.attr.tag or None,
    )
    deploy = deploy_files(ctx, image = image, options = options, customisation = customisation, objects = objects)
    return [
        image,
        DefaultInfo(
            files = depset([image.config, image.plan, deploy.stream]),
            executable = deploy.run,
            runfiles = deploy.runfiles,
        ),
        OutputGroupInfo(
            closure = depset([image.closure]),
            config = depset([image.config]),
            image_tag = depset([image.image_tag]),
            plan = depset([image.plan]),
        ),
    ]

def _choose_layers(ctx, candidates, objects, config, customisation, options):
    """Which objects are in the image, and which of them share a layer."""
    output = ctx.label.name
    closure_file = closure(
        ctx,
        store_dir = options.store_dir,
        candidates = candidates,
        config = config,
        references = customisation.references,
        output = output,
    )
    store_layers = _store_layers(ctx)
    plan = layer_plan(ctx, closure = closure_file, strategy = ctx.attr.layering, max_layers = store_layers, output = output)
    rest = None
    if len(objects) > store_layers:
        rest = rest_layer(ctx, plan = plan, candidates = objects, options = options, output = output)
    return struct(closure = closure_file, plan = plan, rest = rest)

def _name(ctx):
    name = (ctx.attr.image_name or ctx.label.name.split("/")[-1]).lower()
    problem = name_problem(name)
    if problem:
        fail('{}: image_name "{}": {}'.format(ctx.label, name, problem))
    problem = ctx.attr.tag and tag_problem(ctx.attr.tag)
    if problem:
        fail('{}: tag "{}": {}'.format(ctx.label, ctx.attr.tag, problem))
    return name

def _owner(ctx, attribute):
    value = getattr(ctx.attr, attribute)
    if value < 0:
        fail("{}: {} = {}: want a number from 0 on".format(ctx.label, attribute, value))
    return value

def _time(ctx, attribute):
    value = getattr(ctx.attr, attribute)
    if value == "now":
        fail('{}: {} = "now": an image that changes with every build is not supported: give a time, such as "2024-01-31T12:00:00Z"'.format(ctx.label, attribute))
    return value

def _platform(ctx):
    platform = target_platform(ctx)
    if platform.os != "linux":
        fail(('{}: the target platform is {}, and images are for Linux: set platform = "<label of a Linux platform>" ' +
              "on the image, or build with --platforms").format(ctx.label, platform.os))
    architecture = ctx.attr.architecture or platform.arch
    if architecture == "unknown":
        fail("{}: the target platform has no known architecture: set architecture to a GOARCH, such as amd64".format(ctx.label))
    return struct(os = platform.os, architecture = architecture)

def _object(ctx, attribute, target):
    if StoreObjectInfo in target:
        return target[StoreObjectInfo]
    if target[DefaultInfo].files:
        fail(("{}: {}: {} is a single file (or there is no such target): say where it goes, " +
              'with store_object(srcs = {{"{}": "etc/NAME"}})').format(
            ctx.label,
            attribute,
            target.label,
            display_label(target.label),
        ))
    fail("{}: {}: {} has no files: give a store_object or a target with files".format(ctx.label, attribute, target.label))

def _config_objects(ctx):
    names = ctx.attr.label_names_in_config
    named = {name: _object(ctx, "config", target) for name, target in zip(names, ctx.attr.labels_in_config)}
    return named | {str(target.label): _object(ctx, "config_deps", target) for target in ctx.attr.config_deps}

def _unique(ctx, infos):
    by_path = {}
    for info in infos:
        other = by_path.get(info.store_path)
        if not other:
            by_path[info.store_path] = info
        elif other.layer.metadata != info.layer.metadata and (other.mutable or info.mutable):
            fail("{}: {} and {} are two different objects at {}: {}".format(
                ctx.label,
                other.label,
                info.label,
                info.store_path,
                "the label is there in two configurations, use one" if other.label == info.label else "use one of them, or give one a store_hash_salt",
            ))
    return by_path.values()

def _store_layers(ctx):
    # The customisation layer takes one.
    if ctx.attr.max_layers < 2:
        fail("{}: max_layers = {}: at least 2 are needed, one for store objects and one for the contents' links".format(ctx.label, ctx.attr.max_layers))
    return ctx.attr.max_layers - 1

def _user_config(ctx, objects):
    if ctx.file.config_file:
        return ctx.file.config_file
    out = ctx.actions.declare_file(ctx.label.name + ".user-config.json")
    paths = {name: info.store_path for name, info in objects.items()}
    ctx.actions.write(out, expand(ctx.attr.config or "{}", paths, "{}: config".format(ctx.label)))
    return out

def _object_layers(ctx, objects, options):
    if options == layer_options(store_dir = options.store_dir):
        return [info.layer for info in objects]
    return [
        object_layer(
            ctx,
            store_path = info.store_path,
            source = info.source,
            references = None if info.allow_undeclared_references else info.references,
            options = options,
            output = "{}_layers/{}".format(ctx.label.name, info.store_path.split("/")[-1]),
        )
        for info in objects
    ]

LAYERED_IMAGE_ATTRS = {
    "architecture": attr.string(doc = "GOARCH in the config; the target platform's when empty."),
    "config": attr.string(doc = "JSON text of the config."),
    "config_deps": attr.label_list(
        doc = "Objects that a `config` made by `image_config` names; needed where it stands in a `select`.",
        aspects = [files_object_aspect],
    ),
    "config_file": attr.label(doc = "A JSON file with the config.", allow_single_file = True),
    "label_names_in_config": attr.string_list(doc = "The labels as they stand in `config`, in the order of `labels_in_config`."),
    "labels_in_config": attr.label_list(doc = "The objects that `config` names.", aspects = [files_object_aspect]),
    "contents": attr.label_list(
        doc = "What is linked into the image's root, the first winning.",
        aspects = [files_object_aspect],
        allow_files = True,
    ),
    "created": attr.string(doc = "ISO 8601 time in the config.", default = DEFAULT_TIME),
    "gid": attr.int(doc = "Group of every store object's files."),
    "gname": attr.string(doc = "Group name of every store object's files.", default = "root"),
    "image_name": attr.string(doc = "The repository part of the image's name."),
    "layering": attr.string(doc = "How objects are ordered and split over layers.", default = "popularity", values = ["popularity"]),
    "max_layers": attr.int(doc = "The most layers that the image may have, the customisation layer included.", default = 100),
    "mtime": attr.string(doc = "ISO 8601 time of every file.", default = DEFAULT_TIME),
    "platform": attr.label(doc = "The platform to build the image for; the target platform when None."),
    "tag": attr.string(doc = "The tag; from the content when empty."),
    "uid": attr.int(doc = "Owner of every store object's files."),
    "uname": attr.string(doc = "Owner name of every store object's files.", default = "root"),
} | OBJECT_CONTEXT_ATTRS | DEPLOY_ATTRS

layered_image = rule(
    implementation = _layered_image_impl,
    doc = "The rule behind the macro stream_layered_image.",
    attrs = LAYERED_IMAGE_ATTRS,
    cfg = image_platform,
    executable = True,
    provides = [ImageInfo],
    toolchains = [TOOLCHAIN_TYPE],
)
