"""Images of registries without their layers, for what only pushes them.

The setting is on between a push and the images of registries that it reaches through aliases and indexes. What is built
has it off: there it is the configuration that it always is.
"""

BY_REFERENCE = "//rules/private/settings:by_reference"
_PUSH_BY_REFERENCE = "//rules:push_by_reference"

def _by_reference_impl(settings, _attr):
    return {BY_REFERENCE: settings[_PUSH_BY_REFERENCE]}

by_reference = transition(
    implementation = _by_reference_impl,
    inputs = [_PUSH_BY_REFERENCE],
    outputs = [BY_REFERENCE],
)

def _with_layers_impl(_settings, _attr):
    return {BY_REFERENCE: False}

with_layers = transition(
    implementation = _with_layers_impl,
    inputs = [],
    outputs = [BY_REFERENCE],
)
