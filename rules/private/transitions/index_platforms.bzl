"""The platforms that an index has an image for."""

_PLATFORMS = "//command_line_option:platforms"

def _index_platforms_impl(_settings, attr):
    return {str(platform): {_PLATFORMS: str(platform)} for platform in attr.platforms}

index_platforms = transition(
    implementation = _index_platforms_impl,
    inputs = [],
    outputs = [_PLATFORMS],
)
