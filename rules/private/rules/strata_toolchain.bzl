"""strata_toolchain: the action binaries that image rules run."""

def _strata_toolchain_impl(ctx):
    return [platform_common.ToolchainInfo(
        strata = ctx.attr.strata[DefaultInfo].files_to_run,
        strata_script = ctx.attr.strata_script[DefaultInfo].files_to_run,
    )]

strata_toolchain = rule(
    implementation = _strata_toolchain_impl,
    doc = """The action binaries that image rules run.

The default toolchain builds them from source. To use prebuilt binaries, register
a toolchain of your own before it:

```starlark
strata_toolchain(
    name = "prebuilt_linux_amd64",
    strata = "@strata_linux_amd64//:strata",
    strata_script = "@strata_linux_amd64//:strata-script",
)

toolchain(
    name = "prebuilt_linux_amd64_toolchain",
    exec_compatible_with = ["@platforms//os:linux", "@platforms//cpu:x86_64"],
    toolchain = ":prebuilt_linux_amd64",
    toolchain_type = "@rules_strata//rules:toolchain_type",
)
```

ToolchainInfo has a field for each, `strata` and `strata_script`: FilesToRunProviders.
""",
    attrs = {
        "strata": attr.label(
            doc = "The executable for all other steps, for the execution platform.",
            cfg = "exec",
            executable = True,
            allow_files = True,
            mandatory = True,
        ),
        "strata_script": attr.label(
            doc = "The executable for images with scripts or a Nix database, for the execution platform.",
            cfg = "exec",
            executable = True,
            allow_files = True,
            mandatory = True,
        ),
    },
)
