"""The rule of images of a single layer on top of their base."""

load("//rules/private/actions:closure.bzl", "closure")
load("//rules/private/actions:image_layer.bzl", "image_layer")
load("//rules/private/actions:image_time.bzl", "image_time")
load("//rules/private/actions:image_tree.bzl", "image_tree")
load("//rules/private/actions:layer_options.bzl", "DEFAULT_TIME", "layer_options")
load("//rules/private/actions:layer_plan.bzl", "empty_plan", "layer_plan")
load("//rules/private/actions:strata.bzl", "SCRIPT_TOOLCHAIN_TYPE", "TOOLCHAIN_TYPE")
load("//rules/private/providers:image_info.bzl", "ImageInfo")
load("//rules/private/rules:image_attributes.bzl", "image_platform", "image_times", "owner")
load("//rules/private/rules:image_base.bzl", "image_base")
load("//rules/private/rules:image_objects.bzl", "contents_attr", "image_objects")
load("//rules/private/rules:image_result.bzl", "IMAGE_ATTRS", "archive_files", "describe_image", "image_providers")
load("//rules/private/rules:image_scripts.bzl", "IMAGE_SCRIPTS_ATTRS", "REAL_ROOT_ATTRS", "image_script", "real_root", "registered_objects", "script_tools")
load("//rules/private/rules:image_user_config.bzl", "config_references", "user_config")
load("//rules/private/rules:object_context.bzl", "store_dir")
load("//rules/private/transitions:image_platform.bzl", image_platform_transition = "image_platform")

def _build_image_impl(ctx):
    described = describe_image(ctx, _parts(ctx), times_at_run = False, build_args = _build_args(ctx))
    return image_providers(described, archive_files(ctx, described))

def _parts(ctx):
    """What an image is made of."""
    times = image_times(ctx)
    platform = image_platform(ctx)
    objects = image_objects(ctx, contents = "copy_to_root")
    options = _options(ctx, times.mtime, objects.all)
    base = image_base(ctx, platform = platform, store_dir = options.store_dir)
    config = user_config(ctx, objects.paths)
    tree = image_tree(
        ctx,
        base = base,
        candidates = objects.in_store,
        contents = objects.contents,
        directories = objects.directories,
        keep_dirlinks = ctx.attr.keep_contents_dirlinks,
        options = options,
        owner = struct(gid = owner(ctx, "gid"), uid = owner(ctx, "uid")),
        scripts = _scripts(ctx, objects),
        output = ctx.label.name,
    )
    chosen = closure(
        ctx,
        store_dir = options.store_dir,
        candidates = objects.candidates,
        roots = objects.roots,
        config = config_references(ctx) or config,
        references = tree.references,
        output = ctx.label.name,
    )
    plan = _plan(ctx, objects, chosen, base)
    layer = image_layer(
        ctx,
        tree = tree.tar,
        copies = tree.copies,
        plan = plan,
        candidates = objects.all,
        options = options,
        output = ctx.label.name,
    )
    return struct(
        base = base,
        # Whoever reads the image finds its objects in the one layer: there are no others to plan.
        chosen = struct(
            own_layers = 1,
            plan = empty_plan(ctx, output = ctx.label.name + ".other-layers"),
            rest = None,
            shown_plan = plan,
            whiteouts = False,
        ),
        config = config,
        customisation = struct(metadata = layer.metadata, references = tree.references, tar = layer.tar),
        objects = objects,
        options = options,
        platform = platform,
        separate = struct(layers = [], objects = []),
        stored = struct(
            closure = chosen,
            layers = [info.layer for info in objects.all],
            twins = [info.layer for info in objects.twins],
        ),
        times = times,
    )

def _scripts(ctx, objects):
    if ctx.attr.real_root and not ctx.attr.run_as_root:
        fail("{}: real_root says how run_as_root runs, which is not set: leave real_root out, or set run_as_root".format(ctx.label))
    return struct(
        extra_commands = image_script(ctx, "extra_commands", objects.paths),
        nix_db = registered_objects(ctx, objects),
        real_root = real_root(ctx),
        run_as_root = image_script(ctx, "run_as_root", objects.paths),
        tools = script_tools(ctx),
    )

def _options(ctx, mtime, objects):
    """The options of the store objects; the time of the build is a file that an action writes."""
    now = mtime == "now"
    return layer_options(
        store_dir = store_dir(ctx),
        mtime = DEFAULT_TIME if now else mtime,
        mtime_file = image_time(ctx, content = [info.layer.metadata for info in objects], output = ctx.label.name) if now else None,
    )

def _plan(ctx, objects, chosen, base):
    """The objects of the closure that the base does not hold, all in one layer."""
    pipeline = ctx.actions.declare_file(ctx.label.name + ".pipeline.json")
    ctx.actions.write(pipeline, '[["popularity_contest"],["limit_layers",1]]\n')
    return layer_plan(
        ctx,
        closure = chosen,
        layering = struct(debug = False, needs_sizes = True, pins = False, pipeline = pipeline),
        max_layers = 1,
        objects = objects.all,
        layers = [info.layer for info in objects.all],
        pinned = [],
        base = base,
        output = ctx.label.name,
    )

# The attributes that build_image has for users.
_PUBLIC = [
    "architecture",
    "build_vm_memory_size",
    "compressor",
    "config",
    "config_deps",
    "config_file",
    "copy_to_root",
    "created",
    "disk_size",
    "extra_commands",
    "from_image",
    "from_image_name",
    "from_image_tag",
    "gid",
    "image_name",
    "include_nix_db",
    "inherit_config",
    "keep_contents_dirlinks",
    "layer_compression",
    "lazy",
    "mtime",
    "passthru",
    "platform",
    "real_root",
    "run_as_root",
    "store_deps",
    "tag",
    "tools",
    "uid",
]

def _build_args(ctx):
    return {attribute: _plain(getattr(ctx.attr, attribute)) for attribute in _PUBLIC}

def _plain(value):
    return [_label_or_text(item) for item in value] if type(value) == "list" else _label_or_text(value)

def _label_or_text(value):
    return str(value.label) if type(value) == "Target" else value

build_image = rule(
    implementation = _build_image_impl,
    doc = "The rule behind the macro build_image.",
    attrs = IMAGE_ATTRS | IMAGE_SCRIPTS_ATTRS | REAL_ROOT_ATTRS | {
        "copy_to_root": contents_attr("What is copied into the image's root, a later one winning."),
        "keep_contents_dirlinks": attr.bool(doc = "Links to directories stay links."),
        "run_as_root": attr.string(doc = "Shell commands over the base and the layer, as root."),
    },
    cfg = image_platform_transition,
    executable = True,
    provides = [ImageInfo],
    toolchains = [SCRIPT_TOOLCHAIN_TYPE, TOOLCHAIN_TYPE],
)
