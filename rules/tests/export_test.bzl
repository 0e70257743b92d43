"""Analysis tests of export_image."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")
load("//rules:export.bzl", "export_image")
load("//rules:image.bzl", "stream_layered_image")
load("//rules:index.bzl", "image_index")
load(":image_test.bzl", "actions_test")
load(":store_object_test.bzl", "failure_test")

def _tar_test_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    asserts.equals(env, [ctx.attr.out], [file.basename for file in target[DefaultInfo].files.to_list()])
    action = [action for action in analysistest.target_actions(env) if action.mnemonic == ctx.attr.mnemonic][0]
    for argument in ctx.attr.arguments:
        asserts.true(env, argument in action.argv, "no {} in {}".format(argument, action.argv))
    inputs = [file.basename for file in action.inputs.to_list()]
    for name in ctx.attr.inputs:
        asserts.true(env, name in inputs, "no {} in {}".format(name, inputs))
    return analysistest.end(env)

tar_test = analysistest.make(
    _tar_test_impl,
    attrs = {
        "arguments": attr.string_list(),
        "inputs": attr.string_list(),
        "mnemonic": attr.string(),
        "out": attr.string(),
    },
)

_ARM64 = "//rules/tests:linux_arm64"

def export_tests(name):
    """Makes the tests, of targets that it makes as well.

    Args:
      name: what the names of all targets begin with.
    """
    _images(name)
    _good(name)
    _refusals(name)

def _images(name):
    stream_layered_image(name = name + "_any", contents = [":top"], tag = "v1")
    stream_layered_image(name = name + "_arm64", contents = [":top"], platform = _ARM64)
    stream_layered_image(name = name + "_now", contents = [":top"], mtime = "now")
    image_index(name = name + "_index", images = [":{}_arm64".format(name)])
    native.filegroup(name = name + "_archive", srcs = ["leaf.txt"])

def _good(name):
    any = ":{}_any".format(name)
    archive = ":{}_archive".format(name)
    for case, attributes, out, inputs, arguments in [
        ("image", {"from_image": any}, name + "_image.tar", [name + "_any.layers.json", name + "_any.customisation.tar"], []),
        ("selected", {"from_image": any, "from_image_name": name + "_any", "from_image_tag": "v1"}, name + "_selected.tar", [], []),
        ("name.tar", {"from_image": any, "disk_size": 4096}, name + "_name.tar", [], []),
        ("out", {"from_image": any, "out": name + "-other.tar"}, name + "-other.tar", [], []),
        ("archive", {"from_image": archive, "architecture": "arm64"}, name + "_archive_tar.tar", ["leaf.txt"], ["--architecture=arm64", "--name=", "--tag="]),
        (
            "named",
            {"from_image": archive, "from_image_name": "a", "from_image_tag": "1", "platform": _ARM64},
            name + "_named.tar",
            ["leaf.txt"],
            ["--architecture=arm64", "--name=a", "--tag=1"],
        ),
        ("index", {"from_image": ":{}_index".format(name), "architecture": "arm64"}, name + "_from_index.tar", [name + "_arm64.layers.json"], []),
        ("platform", {"from_image": any, "platform": _ARM64}, name + "_platform.tar", [name + "_any.layers.json"], []),
    ]:
        target = {"archive": "archive_tar", "index": "from_index"}.get(case, case)
        export_image(name = "{}_{}".format(name, target), tags = ["manual"], **attributes)
        tar_test(
            name = "{}_{}_test".format(name, case),
            arguments = arguments,
            inputs = inputs,
            mnemonic = "ImageFileSystem",
            out = out,
            target_under_test = ":{}_{}".format(name, target),
        )
    actions_test(
        name = name + "_actions_test",
        counts = {"BaseInfo": "0", "ImageFileSystem": "1"},
        target_under_test = ":{}_image".format(name),
    )

def _refusals(name):
    any = ":{}_any".format(name)
    for case, attributes, message in [
        ("nothing", {"from_image": None}, "_nothing: from_image is not set: give the label of an image"),
        ("object", {"from_image": ":leaf"}, "from_image: @@//rules/tests:leaf is a store object, not an image: give it in contents of a build_layered_image"),
        ("files", {"from_image": ":two_files"}, "from_image: @@//rules/tests:two_files has 2 files: give one docker archive, or an OCI layout as one directory"),
        ("now", {"from_image": ":{}_now".format(name)}, "_now is \"now\", so that its layers are not known before it runs: give it a fixed time"),
        ("other", {"from_image": any, "from_image_name": "other", "from_image_tag": "v1"}, "_any:v1, not other:v1"),
        ("architecture", {"from_image": any, "architecture": "x86_64"}, "architecture = \"x86_64\": want a GOARCH, one of 386, amd64,"),
        ("other_architecture", {"from_image": any, "architecture": "s390x"}, "architecture = \"s390x\": @@//rules/tests:{}_any is for ".format(name)),
        ("index", {"from_image": ":{}_index".format(name), "architecture": "s390x"}, "_index has images for linux/arm64, and none for linux/s390x"),
        ("disk", {"from_image": any, "disk_size": 0}, "disk_size = 0: want a number of MiB over 0"),
    ]:
        bad = "{}_bad_{}".format(name, case)
        export_image(name = bad, tags = ["manual"], **attributes)
        failure_test(name = bad + "_test", message = message, target_under_test = ":" + bad)
