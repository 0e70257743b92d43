"""What all rules of images do with the parts of an image: its config, its programs and its outputs."""

load("//rules/private/actions:image_config.bzl", "image_config")
load("//rules/private/actions:layer_options.bzl", "DEFAULT_TIME")
load("//rules/private/providers:image_info.bzl", "ImageInfo")
load("//rules/private/rules:deploy.bzl", "DEPLOY_ATTRS", "deploy_files")
load("//rules/private/rules:image_attributes.bzl", "image_name", "inherited_fields")
load("//rules/private/rules:image_base.bzl", "IMAGE_BASE_ATTRS")
load("//rules/private/rules:image_description.bzl", "image_description")
load("//rules/private/rules:image_objects.bzl", "IMAGE_OBJECTS_ATTRS")
load("//rules/private/rules:image_outputs.bzl", "IMAGE_OUTPUTS_ATTRS", "image_outputs", "layer_compression")
load("//rules/private/rules:image_user_config.bzl", "IMAGE_USER_CONFIG_ATTRS")
load("//rules/private/rules:object_context.bzl", "OBJECT_CONTEXT_ATTRS")

IMAGE_ATTRS = {
    "architecture": attr.string(doc = "GOARCH in the config; the target platform's when empty."),
    "created": attr.string(doc = "ISO 8601 time in the config, seconds since 1970, or now.", default = DEFAULT_TIME),
    "gid": attr.int(doc = "Group of the files."),
    "image_name": attr.string(doc = "The repository part of the image's name."),
    "lazy": attr.bool(doc = "Objects that a build makes are not in the runfiles: the programs read what they send from the remote cache."),
    "mtime": attr.string(doc = "ISO 8601 time of every file, seconds since 1970, or now.", default = DEFAULT_TIME),
    "passthru": attr.string_dict(doc = "Carried in ImageInfo."),
    "platform": attr.label(doc = "The platform to build the image for; the target platform when None."),
    "tag": attr.string(doc = "The tag; from the content when empty."),
    "uid": attr.int(doc = "Owner of the files."),
} | DEPLOY_ATTRS | IMAGE_BASE_ATTRS | IMAGE_OBJECTS_ATTRS | IMAGE_OUTPUTS_ATTRS | IMAGE_USER_CONFIG_ATTRS | OBJECT_CONTEXT_ATTRS

def describe_image(ctx, parts, *, times_at_run, build_args = None):
    """Declares the steps that follow once it is known what is in which layer.

    Args:
      ctx: rule context with IMAGE_ATTRS.
      parts: struct: base (from image_base, or None), chosen (struct of own_layers, plan, rest and
        whiteouts, see image_outputs, and shown_plan, the plan as users see it), config (File, the
        user's), customisation (struct of tar, metadata and references, the top layer), objects (from
        image_objects), options (from layer_options), platform (from image_platform), separate
        (struct of objects and layers: the objects that can have layers of their own), stored (struct
        of closure, and of layers and twins, which describe the candidates alone), times (from
        image_times).
      times_at_run: bool, times that are "now" are those of the run.
      build_args: dict, for ImageInfo, or None.

    Returns:
      struct: deploy (from deploy_files), image (ImageInfo), outputs (from image_outputs).
    """
    described = _config(ctx, parts, times_at_run)
    description = image_description(
        ctx,
        name = image_name(ctx),
        base = parts.base,
        config = described.config,
        created = parts.times.created if times_at_run else "",
        customisation = parts.customisation.tar,
        layer_compression = layer_compression(ctx),
        layers = described.layers,
        lazy = ctx.attr.lazy,
        objects = parts.separate.objects,
        options = parts.options,
        mtime_at_run = parts.times.mtime == "now" and times_at_run,
        tag = described.tag,
    )
    deploy = deploy_files(ctx, base = parts.base, description = description, lazy = ctx.attr.lazy)
    outputs = image_outputs(
        ctx,
        base = parts.base,
        chosen = parts.chosen,
        customisation = parts.customisation,
        description = description,
        described = described,
        options = parts.options,
        stored = parts.separate,
    )
    image = ImageInfo(
        build_args = build_args,
        candidates = parts.objects.candidates,
        closure = parts.stored.closure,
        config = described.config,
        description = struct(
            inputs = description.inputs,
            records = description.records,
            run = description.run,
            runfiles = deploy.described,
            whole_runfiles = deploy.whole,
        ),
        digest = outputs.digest,
        image_tag = described.tag,
        layers = described.layers,
        made_at_run = times_at_run and "now" in [parts.times.mtime, parts.times.created],
        manifest = outputs.manifest,
        name = image_name(ctx),
        oci_layout = outputs.oci_layout,
        passthru = ctx.attr.passthru,
        plan = parts.chosen.shown_plan,
        platform = parts.platform,
        tag = ctx.attr.tag or None,
        top_layer = parts.customisation.tar,
    )
    return struct(deploy = deploy, image = image, outputs = outputs)

def stream_files(described):
    """What `bazel build` makes of an image whose bytes are made when they are sent.

    Args:
      described: struct from describe_image.

    Returns:
      list of Files.
    """
    return [described.image.config, described.image.plan, described.deploy.stream]

def archive_files(ctx, described):
    """What `bazel build` makes of an image that is a file.

    `bazel run` builds it too, and downloads it: of a lazy image it is made only
    when something asks for it.

    Args:
      ctx: rule context with IMAGE_ATTRS.
      described: struct from describe_image.

    Returns:
      list of Files.
    """
    return stream_files(described) if ctx.attr.lazy else [described.outputs.docker_archive]

def image_providers(described, files):
    """What a rule of an image returns.

    Args:
      described: struct from describe_image.
      files: list of Files, what `bazel build` makes.

    Returns:
      list of providers.
    """
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
            layer = depset([image.top_layer]),
            layers = depset(outputs.layers),
            manifest = depset([image.manifest]),
            mtree = depset([outputs.mtree]),
            oci_layout = depset([image.oci_layout]),
            plan = depset([image.plan]),
        ),
    ]

def _config(ctx, parts, times_at_run):
    return image_config(
        ctx,
        plan = parts.chosen.plan,
        layers = [layer.metadata for layer in parts.stored.layers + parts.stored.twins],
        rest = parts.chosen.rest,
        customisation = parts.customisation,
        config = parts.config,
        config_as_is = bool(ctx.file.config_file),
        created = DEFAULT_TIME if parts.times.created == "now" and times_at_run else parts.times.created,
        platform = parts.platform,
        base = parts.base,
        inherit = inherited_fields(ctx),
        tag = ctx.attr.tag,
        output = ctx.label.name,
    )
