"""Tests of build_image at analysis."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")
load("//rules:defs.bzl", "ImageInfo", "build_image", "stream_layered_image")
load(":image_test.bzl", "actions_test", "image_info_test")
load(":store_object_test.bzl", "failure_test")

def _build_args_test_impl(ctx):
    env = analysistest.begin(ctx)
    image = analysistest.target_under_test(env)[ImageInfo]
    args = image.build_args
    asserts.equals(env, ["@@//rules/tests:top"], args["copy_to_root"])
    asserts.equals(env, "@@//rules/tests:Image", args["from_image"])
    asserts.equals(env, None, args["config_file"])
    asserts.equals(env, 1000, args["uid"])
    asserts.equals(env, "mkdir -p /data", args["run_as_root"])
    asserts.equals(env, "built.layer.tar", image.top_layer.basename)
    asserts.equals(env, [], [attribute for attribute in args if attribute.startswith("_")])
    return analysistest.end(env)

_build_args_test = analysistest.make(_build_args_test_impl)

def build_image_tests(name):
    """Declares the tests.

    Args:
      name: string, the prefix of the targets' names.
    """
    build_image(
        name = "built",
        compressor = "zstd",
        copy_to_root = ":top",
        from_image = ":Image",
        passthru = {"team": "payments"},
        run_as_root = "mkdir -p /data",
        tag = "v1",
        tags = ["manual"],
        uid = 1000,
    )
    _build_args_test(name = name + "_args_test", target_under_test = ":built")
    image_info_test(
        name = name + "_info_test",
        image_name = "built",
        outputs = ["built.tar.zst"],
        passthru = {"team": "payments"},
        platform = "linux/amd64",
        tag = "v1",
        target_under_test = ":built",
    )
    actions_test(
        name = name + "_actions_test",
        counts = {
            "BaseInfo": "1",
            "Closure": "1",
            "CustomisationLayer": "0",
            "ImageLayer": "1",
            "ImageTree": "1",
            "LayerPlan": "1",
            "LayerTar": "1",
            "ObjectLayer": "0",
            "RealRoot": "0",
            "RestLayer": "0",
        },
        target_under_test = ":built",
    )
    build_image(name = "built_really", from_image = ":built", real_root = True, run_as_root = "true", tags = ["manual"])
    actions_test(
        name = name + "_real_root_test",
        counts = {"ImageTree": "0", "RealRoot": "1"},
        target_under_test = ":built_really",
    )
    _bad(name, build_image, {
        "contents": (dict(copy_to_root = ":derivation"), "copy_to_root: @@//rules/tests:derivation is a derivation"),
        "disk_size": (dict(disk_size = 0), "disk_size = 0: want a number of megabytes from 1 on"),
        "memory_size": (dict(build_vm_memory_size = -1), "build_vm_memory_size = -1: want a number of megabytes"),
        "owner": (dict(uid = -1), "uid = -1: want a number from 0 to 2147483647"),
        "real_root": (dict(real_root = True), "real_root says how run_as_root runs, which is not set"),
        "tools": (dict(run_as_root = "true", tools = [":two_files"]), "is not a program: give an executable target"),
    })
    _bad(name + "_layered", stream_layered_image, {
        "real_root": (dict(real_root = True, fake_root_commands = "true"), "real_root says how fake_root_commands runs with enable_fakechroot"),
        "real_root_alone": (dict(real_root = True), "real_root says how fake_root_commands runs with enable_fakechroot"),
    })

def _bad(name, rule, cases):
    for case, (attributes, message) in cases.items():
        rule(name = "{}_bad_{}".format(name, case), tags = ["manual"], **attributes)
        failure_test(
            name = "{}_bad_{}_test".format(name, case),
            message = message,
            target_under_test = ":{}_bad_{}".format(name, case),
        )
