"""Analysis tests of image_references: it reads references alone, with --stamp too."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")
load("//rules:defs.bzl", "image_push", "image_references")

def _references_test_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    actions = [action for action in analysistest.target_actions(env) if action.mnemonic == "ImageReferences"]
    asserts.equals(env, 1, len(actions))
    inputs = [f.basename for f in actions[0].inputs.to_list() if f.basename.endswith(".reference") or f.basename.endswith("-status.txt")]
    asserts.equals(env, ctx.attr.references, sorted(inputs))
    names = [arg.split("=")[0] for arg in actions[0].argv if arg.endswith(".reference")]
    asserts.equals(env, ctx.attr.names, sorted(names))
    asserts.equals(env, [ctx.attr.file], [f.basename for f in target[DefaultInfo].files.to_list()])
    return analysistest.end(env)

_ATTRS = {
    "file": attr.string(doc = "The name of the file that is made."),
    "names": attr.string_list(doc = "What stands in braces."),
    "references": attr.string_list(doc = "The files of references and of the build's status that it reads."),
}

references_test = analysistest.make(_references_test_impl, attrs = _ATTRS)

stamped_references_test = analysistest.make(
    _references_test_impl,
    attrs = _ATTRS,
    config_settings = {"//command_line_option:stamp": True},
)

def references_tests(name):
    """Declares targets and the tests of them.

    Args:
      name: string, the prefix of the targets' names.
    """
    for push, labels in {"plain": {}, "stamped": {"revision": "{STABLE_REVISION}"}}.items():
        image_push(
            name = "{}_{}".format(name, push),
            image = ":push_image",
            labels = labels,
            repository = "registry.example/hello",
            tags = ["manual"],
        )
    for case, (images, out, references) in {
        "named": ({"A": name + "_plain"}, None, [name + "_plain.reference"]),
        "of_one_image": (
            # The same label in three ways.
            {"A": ":{}_stamped".format(name), "B": name + "_stamped", "C": "//rules/tests:{}_stamped".format(name)},
            name + "_of_one_image.txt",
            [name + "_stamped.reference"],
        ),
        "of_two": (
            {"A": ":{}_stamped".format(name), "B": ":{}_plain".format(name)},
            name + "_of_two.txt",
            [name + "_plain.reference", name + "_stamped.reference"],
        ),
    }.items():
        target = "{}_{}".format(name, case)
        image_references(name = target, out = out, images = images, tags = ["manual"], template = "leaf.txt")
        for test, suffix in [(references_test, "_test"), (stamped_references_test, "_stamped_test")]:
            test(
                name = target + suffix,
                file = out or target,
                names = sorted(images.keys()),
                references = references,
                target_under_test = ":" + target,
            )
