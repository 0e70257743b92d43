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

def deploy_files(ctx, *, description, base, lazy):
    """Makes the executables and collects what they read.

    Both are the deploy binary under another name. It finds NAME.image.json
    beside itself, which names the rest, and NAME.runfiles, where that is.

    Args:
      ctx: rule context with DEPLOY_ATTRS.
      description: struct from image_description.
      base: struct from image_base, or None.
      lazy: bool, the image is: then one that it is built on may be, too.

    Returns:
      struct: run and stream (Files), runfiles, described (those that the
      description names) and whole (those with all objects, of a lazy image too).
    """
    binary = ctx.attr._deploy[0][DefaultInfo].files_to_run.executable
    run = ctx.actions.declare_file(ctx.label.name)
    stream = ctx.actions.declare_file(ctx.label.name + ".stream")
    for executable in [run, stream]:
        ctx.actions.symlink(output = executable, target_file = binary, is_executable = True)
    described, whole = description.runfiles, description.whole_runfiles
    if base and base.image:
        below = base.image.description
        described = described.merge(below.runfiles if lazy else below.whole_runfiles)
        whole = whole.merge(below.whole_runfiles)
    return struct(
        described = described,
        run = run,
        runfiles = ctx.runfiles(files = [binary, run, stream, description.run]).merge(described),
        stream = stream,
        whole = whole,
    )
