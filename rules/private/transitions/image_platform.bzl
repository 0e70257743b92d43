"""The platform that an image is built for; the images that it is built on have their layers."""

load("//rules/private/transitions:by_reference.bzl", "BY_REFERENCE")

_PLATFORMS = "//command_line_option:platforms"

def _image_platform_impl(settings, attr):
    return {
        BY_REFERENCE: False,
        _PLATFORMS: str(attr.platform) if attr.platform else settings[_PLATFORMS],
    }

image_platform = transition(
    implementation = _image_platform_impl,
    inputs = [_PLATFORMS],
    outputs = [
        BY_REFERENCE,
        _PLATFORMS,
    ],
)
