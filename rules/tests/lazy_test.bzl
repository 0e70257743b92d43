"""Tests of lazy images: what is among their runfiles, and what they share with others."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")
load("//rules:defs.bzl", "ImageInfo", "build_image", "image_index", "image_push", "image_test", "nar_store_object", "store_object", "stream_layered_image")
load(":image_test.bzl", "actions_test")

def _runfiles_test_impl(ctx):
    env = analysistest.begin(ctx)
    runfiles = analysistest.target_under_test(env)[DefaultInfo].default_runfiles
    files = runfiles.files.to_list() + [link.target_file for link in runfiles.root_symlinks.to_list()]
    names = {file.basename: None for file in files}
    for name in ctx.attr.there:
        asserts.true(env, name in names, "{} is not among the runfiles".format(name))
    for name in ctx.attr.absent:
        asserts.false(env, name in names, "{} is among the runfiles".format(name))
    return analysistest.end(env)

_runfiles_test = analysistest.make(
    _runfiles_test_impl,
    attrs = {"absent": attr.string_list(), "there": attr.string_list()},
)

def _shares_layers_test_impl(ctx):
    env = analysistest.begin(ctx)
    lazy = _layers(analysistest.target_under_test(env))
    asserts.true(env, len(lazy) > 0, "no objects")
    asserts.equals(env, _layers(ctx.attr.other), lazy)
    return analysistest.end(env)

def _layers(target):
    return [info.layer.metadata.path for info in target[ImageInfo].candidates.to_list()]

_shares_layers_test = analysistest.make(
    _shares_layers_test_impl,
    attrs = {"other": attr.label(providers = [ImageInfo])},
)

def _outputs_test_impl(ctx):
    env = analysistest.begin(ctx)
    files = analysistest.target_under_test(env)[DefaultInfo].files.to_list()
    asserts.equals(env, ctx.attr.outputs, sorted([file.basename for file in files]))
    return analysistest.end(env)

_outputs_test = analysistest.make(_outputs_test_impl, attrs = {"outputs": attr.string_list()})

def lazy_tests(name):
    """Declares the tests.

    Args:
      name: string, their beginning.
    """
    outputs = [name + ".txt", name + ".nar"]
    for output in outputs:
        native.genrule(
            name = output.replace(".", "_"),
            srcs = ["leaf.txt"],
            outs = [output],
            cmd = "cp $< $@",
        )
    store_object(
        name = name + "_object",
        srcs = {name + ".txt": "made.txt", "leaf.txt": "leaf.txt"},
    )
    store_object(
        name = name + "_other",
        srcs = {"leaf.txt": "other.txt"},
    )
    nar_store_object(
        name = name + "_archive",
        nar = name + ".nar",
        store_path = "/nix/store/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-archive",
        tags = ["manual"],
    )
    objects = [name + "_object", name + "_archive"]
    for lazy in [True, False]:
        stream_layered_image(
            name = "{}_{}".format(name, "image" if lazy else "eager"),
            contents = objects,
            lazy = lazy,
            tags = ["manual"],
        )
    build_image(
        name = name + "_single",
        copy_to_root = objects,
        lazy = True,
        tags = ["manual"],
    )
    for suffix, base in {"eager_on_lazy": "image", "eager_on_two": "lazy_on_lazy", "lazy_on_eager": "eager", "lazy_on_lazy": "image"}.items():
        stream_layered_image(
            name = "{}_{}".format(name, suffix),
            contents = [name + "_other"],
            from_image = "{}_{}".format(name, base),
            lazy = suffix.startswith("lazy"),
            tags = ["manual"],
        )
    image_index(
        name = name + "_index",
        images = [name + "_image"],
        tags = ["manual"],
    )
    image_push(
        name = name + "_push",
        image = name + "_image",
        repository = "registry.example.com/lazy",
        tags = ["manual"],
    )
    image_test(
        name = name + "_checked",
        config = {},
        image = name + "_image",
        tags = ["manual"],
    )
    lists = ["{}.files.mtree".format(object) for object in objects]
    needed = ["leaf.txt", name + "_object.runfiles.manifest"] + lists
    for target in ["image", "index", "push"]:
        _runfiles_test(
            name = "{}_{}_runfiles_test".format(name, target),
            absent = outputs + [name + "_image.customisation.tar"],
            target_under_test = "{}_{}".format(name, target),
            there = needed,
        )
    _runfiles_test(
        name = name + "_eager_runfiles_test",
        absent = lists,
        target_under_test = name + "_eager",
        there = outputs + ["leaf.txt", name + "_object.runfiles.manifest", name + "_eager.customisation.tar"],
    )
    _runfiles_test(
        name = name + "_single_runfiles_test",
        absent = outputs + lists + [name + "_single.layer.tar"],
        target_under_test = name + "_single",
        there = [name + "_single.layers.json"],
    )

    # Nothing says where the remote cache is to whoever runs an image that is not
    # lazy, whatever it is built on.
    base = outputs + [name + "_image.customisation.tar"]
    _runfiles_test(
        name = name + "_eager_on_lazy_runfiles_test",
        target_under_test = name + "_eager_on_lazy",
        there = base + needed + [name + "_eager_on_lazy.customisation.tar"],
    )
    _runfiles_test(
        name = name + "_eager_on_two_runfiles_test",
        target_under_test = name + "_eager_on_two",
        there = base + needed + [name + "_lazy_on_lazy.customisation.tar"],
    )
    _runfiles_test(
        name = name + "_lazy_on_lazy_runfiles_test",
        absent = base + [name + "_lazy_on_lazy.customisation.tar"],
        target_under_test = name + "_lazy_on_lazy",
        there = needed + [name + "_other.files.mtree"],
    )
    _runfiles_test(
        name = name + "_lazy_on_eager_runfiles_test",
        absent = lists + [name + "_lazy_on_eager.customisation.tar"],
        target_under_test = name + "_lazy_on_eager",
        there = outputs + [name + "_eager.customisation.tar", name + "_other.files.mtree"],
    )

    # A test runs where nothing says what the remote cache is.
    _runfiles_test(
        name = name + "_checked_runfiles_test",
        target_under_test = name + "_checked",
        there = outputs + needed + [name + "_image.customisation.tar"],
    )
    _outputs_test(
        name = name + "_outputs_test",
        outputs = [name + "_single.config.json", name + "_single.plan.json", name + "_single.stream"],
        target_under_test = name + "_single",
    )
    _shares_layers_test(
        name = name + "_shares_layers_test",
        other = name + "_eager",
        target_under_test = name + "_image",
    )
    actions_test(
        name = name + "_object_actions_test",
        counts = {"ObjectFiles": "1", "ObjectLayer": "1"},
        target_under_test = name + "_object",
    )
    actions_test(
        name = name + "_image_actions_test",
        counts = {"ObjectFiles": "0", "ObjectLayer": "0"},
        target_under_test = name + "_image",
    )
