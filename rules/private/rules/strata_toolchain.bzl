"""strata_toolchain: the action binaries that image rules run."""

load("@bazel_skylib//rules:common_settings.bzl", "BuildSettingInfo")
load("//rules/private/transitions:by_reference.bzl", "with_layers")

def _strata_toolchain_impl(ctx):
    return [platform_common.ToolchainInfo(
        path_mapping = ctx.attr._path_mapping[BuildSettingInfo].value,
        persistent_workers = ctx.attr._persistent_workers[BuildSettingInfo].value,
        strata = ctx.attr.strata[DefaultInfo].files_to_run,
        strata_object = ctx.attr.strata_object[DefaultInfo].files_to_run if ctx.attr.strata_object else None,
    )]

strata_toolchain = rule(
    implementation = _strata_toolchain_impl,
    doc = """An action binary that image rules run.

The default toolchain builds it from source. To use a prebuilt one, register
a toolchain of your own before it:

```starlark
strata_toolchain(
    name = "prebuilt_linux_amd64",
    strata = "@strata_linux_amd64//:strata",
    strata_object = "@strata_linux_amd64//:strata-object",
    visibility = ["//visibility:public"],
)

toolchain(
    name = "prebuilt_linux_amd64_toolchain",
    exec_compatible_with = ["@platforms//os:linux", "@platforms//cpu:x86_64"],
    toolchain = ":prebuilt_linux_amd64",
    toolchain_type = "@rules_strata//rules:toolchain_type",
)
```

Images with scripts or a Nix database need a second toolchain, of the type
`@rules_strata//rules:script_toolchain_type`, with the binary `strata-script`.
What `bazel run` starts is `strata-deploy`, a flag names a prebuilt one:
`common --@rules_strata//rules:strata_deploy=@strata_linux_amd64//:strata-deploy`.

ToolchainInfo has the fields `strata`, FilesToRunProvider of the binary,
`strata_object`, that of the one for single objects, or None,
`persistent_workers`, whether the steps of single objects may run in a worker,
and `path_mapping`, whether the build has `--experimental_output_paths=strip`.
""",
    attrs = {
        "strata": attr.label(
            doc = "The executable, for the execution platform.",
            cfg = "exec",
            executable = True,
            allow_files = True,
            mandatory = True,
        ),
        "strata_object": attr.label(
            doc = """The executable `strata-object`, for the execution platform and of the same release: it is
small, and runs the steps of single objects, of which there are many. Without it `strata` runs them.""",
            cfg = "exec",
            executable = True,
            allow_files = True,
        ),
        "_path_mapping": attr.label(
            doc = "Whether Bazel maps the paths of actions.",
            default = "//rules/private/toolchain:path_mapping",
            providers = [BuildSettingInfo],
        ),
        "_persistent_workers": attr.label(
            doc = "Whether the steps of single objects may run in a worker.",
            default = "//rules:persistent_workers",
            providers = [BuildSettingInfo],
        ),
    },
    # Else the binary would be built once more for pushes.
    cfg = with_layers,
)
