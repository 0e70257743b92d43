"""Analysis tests of stream_layered_image."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")
load("//rules:defs.bzl", "ImageInfo")

def _actions_test_impl(ctx):
    env = analysistest.begin(ctx)
    counts = {}
    for action in analysistest.target_actions(env):
        counts[action.mnemonic] = counts.get(action.mnemonic, 0) + 1
    for mnemonic, want in ctx.attr.counts.items():
        asserts.equals(env, int(want), counts.get(mnemonic, 0), mnemonic)
    return analysistest.end(env)

actions_test = analysistest.make(
    _actions_test_impl,
    attrs = {"counts": attr.string_dict()},
)

def _image_info_test_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    image = target[ImageInfo]
    asserts.equals(env, ctx.attr.image_name, image.name)
    asserts.equals(env, ctx.attr.tag or None, image.tag)
    asserts.equals(env, ctx.attr.passthru, image.passthru)
    asserts.equals(env, ctx.attr.platform, image.platform.os + "/" + image.platform.architecture)
    asserts.equals(
        env,
        sorted(ctx.attr.outputs),
        sorted([f.basename for f in target[DefaultInfo].files.to_list()]),
    )
    return analysistest.end(env)

_IMAGE_INFO_ATTRS = {
    "image_name": attr.string(),
    "outputs": attr.string_list(),
    "passthru": attr.string_dict(),
    "platform": attr.string(),
    "tag": attr.string(),
}

image_info_test = analysistest.make(
    _image_info_test_impl,
    attrs = _IMAGE_INFO_ATTRS,
)

def _without_deps_test_impl(ctx):
    env = analysistest.begin(ctx)
    image = analysistest.target_under_test(env)[ImageInfo]
    labels = [info.label.name for info in image.candidates.to_list() if not info.has_deps]
    asserts.equals(env, ctx.attr.objects, sorted(labels))
    return analysistest.end(env)

without_deps_test = analysistest.make(
    _without_deps_test_impl,
    attrs = {"objects": attr.string_list()},
)

macos_image_failure_test = analysistest.make(
    lambda ctx: _expect(ctx),
    attrs = {"message": attr.string()},
    config_settings = {"//command_line_option:platforms": str(Label("//rules/tests:macos_arm64"))},
    expect_failure = True,
)

def _expect(ctx):
    env = analysistest.begin(ctx)
    asserts.expect_failure(env, ctx.attr.message)
    return analysistest.end(env)
