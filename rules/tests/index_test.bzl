"""Analysis tests of image_index."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")
load("//rules:image.bzl", "stream_layered_image")
load("//rules:index.bzl", "image_index")
load("//rules/private/providers:image_index_info.bzl", "ImageIndexInfo")
load(":image_test.bzl", "actions_test")
load(":store_object_test.bzl", "failure_test")

def _index_info_test_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    info = target[ImageIndexInfo]
    asserts.equals(env, ctx.attr.image_name, info.name)
    asserts.equals(env, ctx.attr.tag or None, info.tag)
    asserts.equals(env, ctx.attr.platforms, [image.platform.os + "/" + image.platform.architecture for image in info.images])
    stem = ctx.attr.stem
    asserts.equals(env, [stem + ".index.json"], _names(target[DefaultInfo].files))
    groups = target[OutputGroupInfo]
    asserts.equals(env, [stem + ".digest"], _names(groups.digest))
    asserts.equals(env, [stem + ".tag"], _names(groups.image_tag))
    asserts.equals(env, [stem + ".index.json"], _names(groups.index))
    asserts.equals(env, [stem + ".oci"], _names(groups.oci_layout))

    # Every image is one of its own: nothing is built twice for one platform.
    asserts.equals(env, len(info.images), len({image.manifest.path: None for image in info.images}))
    return analysistest.end(env)

def _names(files):
    return [file.basename for file in files.to_list()]

index_info_test = analysistest.make(
    _index_info_test_impl,
    attrs = {
        "image_name": attr.string(),
        "platforms": attr.string_list(),
        "stem": attr.string(),
        "tag": attr.string(),
    },
)

def _run_test_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    text = [
        action.content
        for action in analysistest.target_actions(env)
        if [target[DefaultInfo].files_to_run.executable] == action.outputs.to_list()
    ]
    if not ctx.attr.refusal:
        # The program is the deploy binary, beside an image's description.
        asserts.equals(env, [None], text)
        names = [file.basename for action in analysistest.target_actions(env) for file in action.outputs.to_list()]
        asserts.true(env, target.label.name + ".image.json" in names)
    else:
        asserts.true(env, ctx.attr.refusal in text[0], text[0])
    return analysistest.end(env)

run_test = analysistest.make(
    _run_test_impl,
    attrs = {"refusal": attr.string(doc = "A part of what the program says when it refuses to run.")},
)

_ARM64 = "//rules/tests:linux_arm64"
_AMD64 = "//rules/tests:index_linux_amd64"

def index_tests(name):
    """Makes the tests, of indexes that it makes as well.

    Args:
      name: what the names of all targets begin with.
    """
    _images(name)
    _good(name)
    _refusals(name)

def _images(name):
    native.platform(
        name = "index_linux_amd64",
        constraint_values = ["@platforms//cpu:x86_64", "@platforms//os:linux"],
    )

    # One that any platform can have, and two that have one of their own.
    stream_layered_image(name = name + "_any", contents = [":top"])
    stream_layered_image(name = name + "_amd64", contents = [":top"], platform = _AMD64)
    stream_layered_image(name = name + "_arm64", contents = [":top"], platform = _ARM64)
    stream_layered_image(name = name + "_sparc64", architecture = "sparc64", contents = [":top"])

    native.alias(name = name + "_arm64_alias", actual = _ARM64)
    native.alias(name = name + "_alias", actual = ":{}_arm64".format(name))

def _good(name):
    image_index(
        name = name + "_List",
        images = [":{}_arm64".format(name), ":{}_amd64".format(name)],
        annotations = {"a": "several\nlines"},
        tag = "v1",
    )
    index_info_test(
        name = name + "_list_test",
        target_under_test = ":{}_List".format(name),
        image_name = name + "_list",
        platforms = ["linux/arm64", "linux/amd64"],
        stem = name + "_List",
        tag = "v1",
    )
    actions_test(
        name = name + "_actions_test",
        target_under_test = ":{}_List".format(name),
        counts = {"ImageIndex": "1", "ImageIndexLayout": "1", "ImageManifest": "0"},
    )
    run_test(
        name = name + "_run_test",
        target_under_test = ":{}_List".format(name),
    )
    image_index(
        name = name + "_split",
        image = ":{}_any".format(name),
        image_name = "registry.example/Team/hello",
        # One by another name, which the rule sees under its own.
        platforms = [_AMD64, ":{}_arm64_alias".format(name)],
    )
    index_info_test(
        name = name + "_split_test",
        target_under_test = ":{}_split".format(name),
        image_name = "registry.example/team/hello",
        platforms = ["linux/amd64", "linux/arm64"],
        stem = name + "_split",
    )

    # No machine that runs tests is one of those.
    image_index(
        name = name + "_elsewhere",
        images = [":{}_sparc64".format(name)],
    )
    run_test(
        name = name + "_elsewhere_test",
        target_under_test = ":{}_elsewhere".format(name),
        refusal = "the platform of this machine: run one of its images itself: @@//rules/tests:{}_sparc64 (linux/sparc64)".format(name),
    )

def _refusals(name):
    for case, attributes, message in [
        ("nothing", {}, "_nothing: give images, a list, or image with platforms"),
        ("both", {"image": ":{}_any".format(name), "images": [":{}_amd64".format(name)]}, "give images, a list, or image with platforms, not both"),
        ("no_platforms", {"image": ":{}_any".format(name)}, "image is built for platforms, and there are none: set platforms"),
        ("list_with_platforms", {"images": [":{}_amd64".format(name)], "platforms": [_ARM64]}, "platforms go with image, and images are built for their own"),
        (
            "own_platform",
            {"image": ":{}_arm64".format(name), "platforms": [_ARM64, _AMD64]},
            "_arm64 is built for @@//rules/tests:linux_arm64, its attribute platform, and not for @@//rules/tests:linux_arm64: remove platform there",
        ),
        (
            "own_platform_of_alias",
            {"image": ":{}_alias".format(name), "platforms": [_ARM64]},
            "_arm64 is built for @@//rules/tests:linux_arm64, its attribute platform",
        ),
        ("index_in_list", {"images": [":{}_List".format(name)]}, "_List is an image_index, and an index of indexes is not understood everywhere"),
        ("index_for_platforms", {"image": ":{}_List".format(name), "platforms": [_ARM64]}, "_List is an image_index"),
        ("name", {"image_name": "a//b", "images": [":{}_amd64".format(name)]}, "image_name \"a//b\": its component \"\" does not begin"),
        ("name_with_tag", {"image_name": "a:b", "images": [":{}_amd64".format(name)]}, "it has a tag: give that in the attribute tag"),
        ("Bad__", {"images": [":{}_amd64".format(name)]}, "cannot be the index's: "),
        ("tag", {"images": [":{}_amd64".format(name)], "tag": "a:b"}, "tag \"a:b\": \":\" is not allowed in it"),
    ]:
        bad = "{}_bad_{}".format(name, case)
        image_index(name = bad, tags = ["manual"], **attributes)
        failure_test(name = bad + "_test", target_under_test = ":" + bad, message = message)
