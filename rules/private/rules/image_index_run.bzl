"""What `bazel run` of an index does: it loads the image for this machine."""

load("//rules/private/platform:target_platform.bzl", "TargetPlatformInfo")
load("//rules/private/rules:deploy.bzl", "DEPLOY_ATTRS")
load("//rules/private/transitions:host_platform.bzl", "host_platform")

IMAGE_INDEX_RUN_ATTRS = DEPLOY_ATTRS | {
    "_host": attr.label(
        doc = "The machine where `bazel run` runs.",
        cfg = host_platform,
        default = "//rules/private/platform:target_platform",
        providers = [TargetPlatformInfo],
    ),
}

def index_run_files(ctx, members):
    """Makes the executable, which is that of one of the images.

    Args:
      ctx: rule context with IMAGE_INDEX_RUN_ATTRS.
      members: list of structs: label (string) and image (ImageInfo).

    Returns:
      struct: run (File) and runfiles.
    """
    run = ctx.actions.declare_file(ctx.label.name)
    architecture = ctx.attr._host[0][TargetPlatformInfo].arch
    fitting = [member.image for member in members if member.image.platform.os == "linux" and member.image.platform.architecture == architecture]
    if not fitting:
        ctx.actions.write(run, _refusal(ctx, members, architecture), is_executable = True)
        return struct(run = run, runfiles = ctx.runfiles())

    # The deploy binary finds the description beside itself, by its own name.
    binary = ctx.attr._deploy[0][DefaultInfo].files_to_run.executable
    ctx.actions.symlink(output = run, target_file = binary, is_executable = True)
    description = ctx.actions.declare_file(ctx.label.name + ".image.json")
    ctx.actions.symlink(output = description, target_file = fitting[0].description.run)

    # Of the program's commands, push would push this one image.
    mark = ctx.actions.declare_file(ctx.label.name + ".index")
    ctx.actions.write(mark, "{}\n".format(ctx.label))
    return struct(
        run = run,
        runfiles = ctx.runfiles(files = [binary, run, description, mark]).merge(fitting[0].description.runfiles),
    )

def _refusal(ctx, members, architecture):
    text = "{}: no image of it is for linux/{}, the platform of this machine: run one of its images itself: {}".format(
        ctx.label,
        architecture,
        ", ".join(["{} ({}/{})".format(member.label, member.image.platform.os, member.image.platform.architecture) for member in members]),
    )
    return "#!/bin/sh\nprintf '%s\\n' '{}' >&2\nexit 1\n".format(text.replace("'", "'\\''"))
