"""The deploy binary without an image, under the name of one of its commands."""

load("//rules/private/rules:deploy.bzl", "DEPLOY_ATTRS")

def _deploy_command_impl(ctx):
    binary = ctx.attr._deploy[0][DefaultInfo].files_to_run.executable
    program = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.symlink(output = program, target_file = binary, is_executable = True)
    return [DefaultInfo(executable = program, runfiles = ctx.runfiles(files = [binary, program]))]

deploy_command = rule(
    implementation = _deploy_command_impl,
    doc = "A program that is a command of the deploy binary: that of the target's name.",
    attrs = DEPLOY_ATTRS,
    executable = True,
)
