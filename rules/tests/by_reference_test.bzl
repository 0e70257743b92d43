"""Analysis tests of images of registries that are pushed: their layers are not wanted, and nothing is built twice."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")
load("//rules:defs.bzl", "image_push", "stream_layered_image")
load("//rules:index.bzl", "image_index")

# buildifier: disable=bzl-visibility
load("//rules/private/rules:pulled_image.bzl", "pulled_image")
load(":image_test.bzl", "actions_test")

def _outputs_test_impl(ctx):
    env = analysistest.begin(ctx)
    groups = analysistest.target_under_test(env)[OutputGroupInfo]
    for name in ["docker_archive", "layers", "manifest", "mtree", "oci_layout"]:
        asserts.true(env, hasattr(groups, name), name)
    return analysistest.end(env)

pulled_outputs_test = analysistest.make(_outputs_test_impl)

def _pushed_files_test_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    runfiles = target[DefaultInfo].default_runfiles
    files = runfiles.files.to_list() + [link.target_file for link in runfiles.root_symlinks.to_list()]
    layers = [f.short_path for f in files if "/layout/" in f.path]
    asserts.equals(env, ctx.attr.layers, bool(layers), "{}".format(layers))

    # What is built has no configuration of its own for pushes.
    elsewhere = sorted([f.path for f in files if f.owner.name in ctx.attr.built and not f.is_source and f.root.path != ctx.bin_dir.path])
    asserts.equals(env, [], elsewhere)
    found = {f.owner.name: None for f in files}
    for name in ctx.attr.built:
        asserts.true(env, name in found, name)
    return analysistest.end(env)

_PUSHED_FILES_ATTRS = {
    "built": attr.string_list(doc = "Names of targets whose files it has."),
    "layers": attr.bool(doc = "It has layers of the image of a registry."),
}

pushed_files_test = analysistest.make(_pushed_files_test_impl, attrs = _PUSHED_FILES_ATTRS)

downloaded_files_test = analysistest.make(
    _pushed_files_test_impl,
    attrs = _PUSHED_FILES_ATTRS,
    config_settings = {str(Label("//rules:push_by_reference")): False},
)

def by_reference_tests(name):
    """Declares targets and the tests of them.

    Args:
      name: string, the prefix of the targets' names.
    """
    native.genrule(
        name = name + "_layout",
        outs = [name + "/layout/" + file for file in ["index.json", "oci-layout"]],
        cmd = "exit 1",
        tags = ["manual"],
    )
    pulled_image(
        name = name + "_pulled",
        architecture = "amd64",
        config = "leaf.txt",
        diff_ids = ["sha256:" + "1" * 64],
        digest = "leaf.txt",
        image_name = "pulled",
        layout = select({
            "//rules/private/settings:is_by_reference": None,
            "//conditions:default": ":{}_layout".format(name),
        }),
        manifest = "leaf.txt",
        os = "linux",
        repository = "registry.example/pulled",
        tag = "v1",
        tag_file = "leaf.txt",
        tags = ["manual"],
    )
    native.alias(name = name + "_alias", actual = ":{}_pulled".format(name), tags = ["manual"])
    stream_layered_image(name = name + "_above", architecture = "amd64", contents = [":top"], from_image = ":{}_alias".format(name), tags = ["manual"])
    native.alias(name = name + "_above_alias", actual = ":{}_above".format(name), tags = ["manual"])
    image_index(name = name + "_index", images = [":{}_alias".format(name), ":{}_above".format(name)], tags = ["manual"])
    for push, (image, layers, built) in {
        "above": ("_above_alias", True, ["_above"]),
        "index": ("_index", True, ["_above"]),
        "pulled": ("_alias", False, []),
    }.items():
        image_push(
            name = "{}_push_{}".format(name, push),
            image = ":" + name + image,
            repository = "registry.example/copied",
            tags = ["manual"],
        )
        pushed_files_test(
            name = "{}_push_{}_test".format(name, push),
            built = [name + suffix for suffix in built],
            layers = layers,
            target_under_test = ":{}_push_{}".format(name, push),
        )
    downloaded_files_test(
        name = name + "_push_downloaded_test",
        layers = True,
        target_under_test = ":{}_push_pulled".format(name),
    )
    pulled_outputs_test(
        name = name + "_pulled_outputs_test",
        target_under_test = ":{}_pulled".format(name),
    )
    actions_test(
        name = name + "_pulled_actions_test",
        counts = {"PulledLayers": "1", "PulledLayout": "1"},
        target_under_test = ":{}_pulled".format(name),
    )
