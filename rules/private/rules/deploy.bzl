"""The executables of an image: what `bazel run` starts, and NAME.stream."""

load("//rules/private/actions:object_source.bzl", "runfiles_path")
load("//rules/private/transitions:host_platform.bzl", "host_platform")

DEPLOY_ATTRS = {
    "_deploy": attr.label(
        doc = "The deploy binary, for the machine where `bazel run` runs.",
        allow_files = True,
        default = "//rules:strata_deploy",
        executable = True,
        cfg = host_platform,
    ),
}

def deploy_files(ctx, *, image, options, customisation, objects):
    """Makes the executables and collects what they read.

    Both are the deploy binary under another name. It finds NAME.image.json
    beside itself, which names the rest, and NAME.runfiles, where that is.

    Args:
      ctx: rule context with DEPLOY_ATTRS.
      image: ImageInfo.
      options: struct from layer_options.
      customisation: struct from customisation_layer.
      objects: list of StoreObjectInfo, the candidates.

    Returns:
      struct: run and stream (Files), runfiles.
    """
    binary = ctx.attr._deploy[0][DefaultInfo].files_to_run.executable
    run = ctx.actions.declare_file(ctx.label.name)
    stream = ctx.actions.declare_file(ctx.label.name + ".stream")
    for executable in [run, stream]:
        ctx.actions.symlink(output = executable, target_file = binary, is_executable = True)

    pool = ctx.actions.declare_file(ctx.label.name + ".objects")
    lines = ctx.actions.args()
    lines.set_param_file_format("multiline")
    lines.add_all(objects, map_each = _pool_line)
    ctx.actions.write(pool, lines)

    manifest = ctx.actions.declare_file(ctx.label.name + ".image.json")
    ctx.actions.write(manifest, json.encode({
        "config": runfiles_path(image.config),
        "customisation": runfiles_path(customisation.tar),
        "gid": options.gid,
        "gname": options.gname,
        "layers": runfiles_path(image.layers),
        "mtime": options.mtime,
        "name": image.name,
        "objects": runfiles_path(pool),
        "store_dir": options.store_dir,
        "tag": runfiles_path(image.image_tag),
        "uid": options.uid,
        "uname": options.uname,
        "version": 1,
    }) + "\n")

    files = [binary, run, stream, pool, manifest, image.config, image.layers, image.image_tag, customisation.tar]
    files += [info.source.runfiles_manifest for info in objects if not info.source.nar]
    return struct(
        run = run,
        runfiles = ctx.runfiles(
            files = files,
            transitive_files = depset(transitive = [info.source.files for info in objects]),
        ),
        stream = stream,
    )

def _pool_line(info):
    if info.source.nar:
        return info.store_path + "\0" + runfiles_path(info.source.nar)
    return info.store_path + "\0@" + runfiles_path(info.source.runfiles_manifest)
