"""The platform that an image is built for."""

_PLATFORMS = "//command_line_option:platforms"

def _image_platform_impl(settings, attr):
    return {_PLATFORMS: str(attr.platform) if attr.platform else settings[_PLATFORMS]}

image_platform = transition(
    implementation = _image_platform_impl,
    inputs = [_PLATFORMS],
    outputs = [_PLATFORMS],
)
