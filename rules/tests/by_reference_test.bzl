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
    layouts = {f.owner.name: None for f in files if "/layout/" in f.path}
    asserts.equals(env, sorted(ctx.attr.layouts), sorted(layouts))

    # What is built has no configuration of its own for pushes.
    elsewhere = sorted([f.path for f in files if f.owner.name in ctx.attr.built and not f.is_source and f.root.path != ctx.bin_dir.path])
    asserts.equals(env, [], elsewhere)
    found = {f.owner.name: None for f in files}
    for name in ctx.attr.built:
        asserts.true(env, name in found, name)
    return analysistest.end(env)

_PUSHED_FILES_ATTRS = {
    "built": attr.string_list(doc = "Names of targets whose files it has."),
    "layouts": attr.string_list(doc = "Names of the targets that make the layouts whose files it has: those of images of a registry that come with their layers."),
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

    # The base of the image above comes with its layers. What else comes with
    # them has a layout of its own, so that it is told from the base.
    for image in ["pulled", "member"]:
        native.genrule(
            name = "{}_{}_layout".format(name, image),
            outs = ["{}/{}/layout/{}".format(name, image, file) for file in ["index.json", "oci-layout"]],
            cmd = "exit 1",
            tags = ["manual"],
        )
        pulled_image(
            name = "{}_{}".format(name, image),
            architecture = "amd64",
            config = "leaf.txt",
            diff_ids = ["sha256:" + "1" * 64],
            digest = "leaf.txt",
            image_name = image,
            layout = select({
                "//rules/private/settings:is_by_reference": None,
                "//conditions:default": ":{}_{}_layout".format(name, image),
            }),
            manifest = "leaf.txt",
            os = "linux",
            repository = "registry.example/" + image,
            tag = "v1",
            tag_file = "leaf.txt",
            tags = ["manual"],
        )
        native.alias(
            name = "{}_{}_alias".format(name, image),
            actual = ":{}_{}".format(name, image),
            tags = ["manual"],
        )
    stream_layered_image(name = name + "_above", architecture = "amd64", contents = [":top"], from_image = ":{}_pulled_alias".format(name), tags = ["manual"])
    native.alias(name = name + "_above_alias", actual = ":{}_above".format(name), tags = ["manual"])
    image_index(name = name + "_index", images = [":{}_member_alias".format(name), ":{}_above".format(name)], tags = ["manual"])
    for push, (image, layouts, built) in {
        "above": ("_above_alias", ["_pulled_layout"], ["_above"]),
        "index": ("_index", ["_pulled_layout"], ["_above"]),
        "pulled": ("_pulled_alias", [], []),
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
            layouts = [name + suffix for suffix in layouts],
            target_under_test = ":{}_push_{}".format(name, push),
        )
    for push, images in {
        "index": ["member", "pulled"],
        "pulled": ["pulled"],
    }.items():
        downloaded_files_test(
            name = "{}_push_{}_downloaded_test".format(name, push),
            layouts = ["{}_{}_layout".format(name, image) for image in images],
            target_under_test = ":{}_push_{}".format(name, push),
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
