"""The executables of an image: what `bazel run` starts, and NAME.stream."""

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

def deploy_files(ctx, *, description, objects, base):
    """Makes the executables and collects what they read.

    Both are the deploy binary under another name. It finds NAME.image.json
    beside itself, which names the rest, and NAME.runfiles, where that is.

    Args:
      ctx: rule context with DEPLOY_ATTRS.
      description: struct from image_description.
      objects: list of StoreObjectInfo, the candidates.
      base: struct from image_base, or None.

    Returns:
      struct: run and stream (Files), runfiles.
    """
    binary = ctx.attr._deploy[0][DefaultInfo].files_to_run.executable
    run = ctx.actions.declare_file(ctx.label.name)
    stream = ctx.actions.declare_file(ctx.label.name + ".stream")
    for executable in [run, stream]:
        ctx.actions.symlink(output = executable, target_file = binary, is_executable = True)
    runfiles = ctx.runfiles(
        files = [binary, run, stream] + description.runfiles,
        transitive_files = depset(transitive = [info.source.files for info in objects]),
    )
    if base and base.image:
        runfiles = runfiles.merge(base.image.description.runfiles)
    return struct(run = run, runfiles = runfiles, stream = stream)
