"""Analysis tests of store_object, nar_store_object and expand_store_paths."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")
load("//rules:defs.bzl", "StoreObjectInfo")

def _references_test_impl(ctx):
    env = analysistest.begin(ctx)
    info = analysistest.target_under_test(env)[StoreObjectInfo]
    asserts.true(env, info.store_path.startswith("/nix/store/"))
    asserts.true(env, info.store_path.endswith("-" + ctx.attr.object_name), info.store_path)
    asserts.equals(env, tuple(sorted(info.references)), info.references)
    asserts.equals(env, sorted(ctx.attr.references), sorted([path[len("/nix/store/") + 33:] for path in info.references]))
    asserts.equals(
        env,
        sorted(ctx.attr.closure),
        sorted([other.store_path[len("/nix/store/") + 33:] for other in info.transitive.to_list()]),
    )
    asserts.equals(env, ctx.attr.mutable, info.mutable)
    return analysistest.end(env)

references_test = analysistest.make(
    _references_test_impl,
    attrs = {
        "closure": attr.string_list(),
        "mutable": attr.bool(default = True),
        "object_name": attr.string(),
        "references": attr.string_list(),
    },
)

def _own_inputs_only_test_impl(ctx):
    env = analysistest.begin(ctx)
    layers = [a for a in analysistest.target_actions(env) if a.mnemonic == "ObjectLayer"]
    asserts.equals(env, 1, len(layers))
    inputs = [f.short_path for f in layers[0].inputs.to_list()]
    asserts.equals(env, sorted(ctx.attr.inputs), sorted([
        path
        for path in inputs
        if path.startswith("rules/tests/") and not path.endswith(".params")
    ]))
    return analysistest.end(env)

own_inputs_only_test = analysistest.make(
    _own_inputs_only_test_impl,
    attrs = {"inputs": attr.string_list()},
)

def _failure_test_impl(ctx):
    env = analysistest.begin(ctx)
    asserts.expect_failure(env, ctx.attr.message)
    return analysistest.end(env)

failure_test = analysistest.make(
    _failure_test_impl,
    attrs = {"message": attr.string()},
    expect_failure = True,
)

def _text_test_impl(ctx):
    env = analysistest.begin(ctx)
    writes = [
        a
        for a in analysistest.target_actions(env)
        if a.mnemonic == "FileWrite" and a.outputs.to_list()[0].basename == ctx.attr.file
    ]
    asserts.equals(env, 1, len(writes))
    text = writes[0].content
    for path in ctx.attr.mentions:
        asserts.true(env, path in text, "no {} in {}".format(path, text))
    asserts.true(env, "/nix/store/" in text and "$(store_path @" not in text, text)
    return analysistest.end(env)

text_test = analysistest.make(
    _text_test_impl,
    attrs = {
        "file": attr.string(),
        "mentions": attr.string_list(),
    },
)

def _toolchain_test_impl(ctx):
    env = analysistest.begin(ctx)
    info = analysistest.target_under_test(env)[platform_common.ToolchainInfo]
    asserts.equals(env, ctx.attr.basename, info.strata.executable.basename)
    asserts.equals(env, ctx.attr.for_objects, info.strata_object.executable.basename if info.strata_object else "")
    return analysistest.end(env)

toolchain_test = analysistest.make(
    _toolchain_test_impl,
    attrs = {"basename": attr.string(), "for_objects": attr.string()},
)
