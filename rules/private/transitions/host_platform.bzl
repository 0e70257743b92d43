"""The platform of the machine where `bazel run` runs."""

load("//rules/private/transitions:by_reference.bzl", "BY_REFERENCE")

_HOST_PLATFORM = "//command_line_option:host_platform"
_PLATFORMS = "//command_line_option:platforms"

def _host_platform_impl(settings, _attr):
    host = settings[_HOST_PLATFORM]
    platforms = settings[_PLATFORMS]

    # No platform means the host's: leaving the setting alone spares a configuration.
    return {
        BY_REFERENCE: False,
        _PLATFORMS: platforms if not platforms else [host],
    }

host_platform = transition(
    implementation = _host_platform_impl,
    inputs = [
        _HOST_PLATFORM,
        _PLATFORMS,
    ],
    outputs = [
        BY_REFERENCE,
        _PLATFORMS,
    ],
)
