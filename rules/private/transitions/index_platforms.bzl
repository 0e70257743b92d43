"""The platforms that an index has an image for."""

_PLATFORMS = "//command_line_option:platforms"

def _index_platforms_impl(_settings, attr):
    # Not by label: that of an alias is another one in the rule.
    return {str(number): {_PLATFORMS: str(platform)} for number, platform in enumerate(attr.platforms)}

index_platforms = transition(
    implementation = _index_platforms_impl,
    inputs = [],
    outputs = [_PLATFORMS],
)
