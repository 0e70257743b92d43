"""Analysis tests of the attributes that say how objects are put into layers."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")
load("//rules:defs.bzl", "stream_layered_image")
load(":image_test.bzl", "actions_test")
load(":store_object_test.bzl", "failure_test")

def _plan_test_impl(ctx):
    env = analysistest.begin(ctx)
    plans = [action for action in analysistest.target_actions(env) if action.mnemonic == "LayerPlan"]
    asserts.equals(env, 1, len(plans))
    sizes = [file for file in plans[0].inputs.to_list() if file.basename.endswith(".info.json")]
    asserts.equals(env, ctx.attr.sizes, len(sizes), "files with sizes")
    argv = plans[0].argv
    for flag, value in ctx.attr.flags.items():
        asserts.equals(env, value, argv[argv.index(flag) + 1] if flag in argv else "", flag)
    return analysistest.end(env)

plan_test = analysistest.make(
    _plan_test_impl,
    attrs = {
        "flags": attr.string_dict(doc = "What stands after each flag, empty if the flag is not there."),
        "sizes": attr.int(doc = "How many objects' sizes are read."),
    },
)

_PIPELINE = [["popularity_contest"]]

# The image of each case has three objects: the attributes, how often RestLayer
# is declared, how many sizes are read, the flags.
_CASES = {
    "auto": (dict(layering = "auto"), 1, 3, {"--strategy": "auto"}),
    "min_size": (dict(min_layer_size = 1000000), 1, 3, {"--min-layer-size": "1000000", "--strategy": "popularity"}),
    "min_size_of_size": (dict(layering = "size", min_layer_size = 1), 1, 3, {"--min-layer-size": "1", "--strategy": "size"}),
    "origin": (dict(layering = "origin"), 1, 3, {"--strategy": "origin"}),
    "pipeline": (dict(layering = _PIPELINE), 1, 3, {"--min-layer-size": "", "--strategy": ""}),
    "popularity": (dict(), 0, 0, {"--min-layer-size": "", "--strategy": "popularity"}),
    "size": (dict(layering = "size"), 0, 3, {"--min-layer-size": "", "--strategy": "size"}),
    "size_not_all_fit": (dict(layering = "size", max_layers = 3), 1, 3, {"--max-layers": "3"}),
    "stable": (dict(layering = "stable"), 0, 3, {"--strategy": "stable"}),
    "stable_not_all_fit": (dict(layering = "stable", max_layers = 3), 1, 3, {"--max-layers": "3"}),
}

_BAD = {
    "min_size": (dict(min_layer_size = -1), "min_layer_size = -1: want a number of bytes, or 0 for no least size"),
    "min_size_of_file": (dict(layering = ":leaf.txt", min_layer_size = 1), "min_layer_size = 1: the layers of a pipeline are as its operations make them"),
    "min_size_of_pipeline": (dict(layering = _PIPELINE, min_layer_size = 4096), "leave min_layer_size out, or take one of layering = \"auto\", \"origin\","),
}

def layering_tests(name):
    """Declares images with each strategy, and ones that are refused, and their tests.

    Args:
      name: string, the prefix of the targets' names.
    """
    for case, (attributes, rest_layers, sizes, flags) in _CASES.items():
        image = "{}_{}".format(name, case)
        stream_layered_image(name = image, contents = [":top"], tags = ["manual"], **attributes)
        actions_test(
            name = image + "_rest_test",
            counts = {"RestLayer": str(rest_layers)},
            target_under_test = ":" + image,
        )
        plan_test(
            name = image + "_plan_test",
            flags = flags,
            sizes = sizes,
            target_under_test = ":" + image,
        )

    # The base holds the object, which may have other bytes now.
    for strategy in ["auto", "size", "stable"]:
        image = "{}_{}_on_base".format(name, strategy)
        stream_layered_image(
            name = image,
            contents = [":leaf"],
            from_image = ":Image",
            layering = strategy,
            tags = ["manual"],
        )
        actions_test(
            name = image + "_test",
            counts = {"RestLayer": "1"},
            target_under_test = ":" + image,
        )

    for case, (attributes, message) in _BAD.items():
        image = "{}_bad_{}".format(name, case)
        stream_layered_image(name = image, contents = [":top"], tags = ["manual"], **attributes)
        failure_test(
            name = image + "_test",
            message = message,
            target_under_test = ":" + image,
        )
