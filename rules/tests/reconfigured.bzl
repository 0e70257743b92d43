"""A store object in another configuration than its image's."""

load("//rules:defs.bzl", "StoreObjectInfo")

_COMPILATION_MODE = "//command_line_option:compilation_mode"

def _dbg_impl(_settings, _attr):
    return {_COMPILATION_MODE: "dbg"}

_dbg = transition(
    implementation = _dbg_impl,
    inputs = [],
    outputs = [_COMPILATION_MODE],
)

def _reconfigured_impl(ctx):
    return [ctx.attr.object[0][StoreObjectInfo]]

reconfigured = rule(
    implementation = _reconfigured_impl,
    doc = "Passes on an object that was built with -c dbg.",
    attrs = {"object": attr.label(cfg = _dbg, doc = "The object.", providers = [StoreObjectInfo])},
)
