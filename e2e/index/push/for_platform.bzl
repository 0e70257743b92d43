"""Targets for a platform, and several programs in one."""

_PLATFORMS = "//command_line_option:platforms"

def _platform_impl(_settings, attr):
    return {_PLATFORMS: str(attr.platform)}

_platform = transition(
    implementation = _platform_impl,
    inputs = [],
    outputs = [_PLATFORMS],
)

def _for_platform_impl(ctx):
    return [DefaultInfo(files = ctx.attr.target[0][DefaultInfo].files)]

for_platform = rule(
    implementation = _for_platform_impl,
    doc = "The files of a target, built for a platform.",
    attrs = {
        "platform": attr.label(doc = "The platform.", mandatory = True),
        "target": attr.label(doc = "The target.", mandatory = True, cfg = _platform),
    },
)

def _programs_impl(ctx):
    executable = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.write(executable, "#!/bin/sh\nexec \"$0.runfiles/_main/$@\"\n", is_executable = True)
    return [DefaultInfo(
        executable = executable,
        runfiles = ctx.runfiles().merge_all([program[DefaultInfo].default_runfiles for program in ctx.attr.programs]),
    )]

programs = rule(
    implementation = _programs_impl,
    doc = "Runs one of several programs, by its path.",
    attrs = {"programs": attr.label_list(doc = "The programs.")},
    executable = True,
)
