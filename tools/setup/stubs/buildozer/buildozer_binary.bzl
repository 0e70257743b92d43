"""The extension of buildozer that `bazel mod` loads: with the buildozer of the machine, if it has one."""

_MISSING = """#!/bin/sh
echo 'this command of Bazel needs buildozer, and this machine has none' >&2
exit 1
"""

def _buildozer_repository_impl(ctx):
    buildozer = ctx.which("buildozer")
    if buildozer:
        ctx.symlink(buildozer, "buildozer.exe")
    else:
        ctx.file("buildozer.exe", _MISSING, executable = True)
    ctx.file("BUILD.bazel", "exports_files([\"buildozer.exe\"])\n")

_buildozer_repository = repository_rule(
    implementation = _buildozer_repository_impl,
    environ = ["PATH"],
)

def _buildozer_binary_impl(_ctx):
    _buildozer_repository(name = "buildozer_binary")

buildozer_binary = module_extension(implementation = _buildozer_binary_impl)
