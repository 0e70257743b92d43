"""The target platform as GOOS and GOARCH strings."""

TargetPlatformInfo = provider(
    doc = "The target platform in Go's words, which container images use too.",
    fields = {
        "arch": "string: GOARCH, such as amd64; 'unknown' when no constraint says.",
        "os": "string: GOOS, such as linux; 'unknown' when no constraint says.",
    },
)

def _target_platform_impl(ctx):
    return [TargetPlatformInfo(os = ctx.attr.os, arch = ctx.attr.arch)]

target_platform = rule(
    implementation = _target_platform_impl,
    doc = "Turns the target platform's constraints into TargetPlatformInfo.",
    attrs = {
        "arch": attr.string(doc = "GOARCH; a select over @platforms//cpu.", mandatory = True),
        "os": attr.string(doc = "GOOS; a select over @platforms//os.", mandatory = True),
    },
    provides = [TargetPlatformInfo],
)
