"""Images that must be refused, and what the errors must say."""

load("//rules:defs.bzl", "stream_layered_image")
load(":store_object_test.bzl", "failure_test")

def bad_images(name):
    """Declares the images and a test for each.

    Args:
      name: string, the prefix of the targets' names.
    """
    for case, want in {
        "architecture": (dict(architecture = "x86_64"), 'architecture = "x86_64": want a GOARCH, one of 386, amd64,'),
        "contents_derivation": (dict(contents = [":derivation"]), "contents: @@//rules/tests:derivation is a derivation, which is for stream_nix_shell_image"),
        "created": (dict(created = "soon"), 'created = "soon": it is neither "now", nor a number of seconds, nor a time of ISO 8601'),
        "from_image_files": (dict(from_image = ":two_files"), "from_image: @@//rules/tests:two_files has 2 files: give one docker archive, or an OCI layout"),
        "from_image_name": (dict(from_image_name = "alpine"), "from_image_name is set, and from_image is not"),
        "from_image_now": (dict(from_image = ":image_of_the_run"), 'the time of @@//rules/tests:image_of_the_run is "now"'),
        "from_image_object": (dict(from_image = ":leaf"), "from_image: @@//rules/tests:leaf is a store object, not an image"),
        "from_image_other": (dict(from_image = ":Image", from_image_name = "other", from_image_tag = "v1"), "@@//rules/tests:Image is image:"),
        "from_image_platform": (dict(from_image = ":image_for_s390x"), "from_image: @@//rules/tests:image_for_s390x is for linux/s390x, and this image for linux/"),
        "inherit_config": (dict(inherit_config = ["Envs"]), 'inherit_config: "Envs": want one of ArgsEscaped, Cmd,'),
        "layering": (dict(layering = "sizes"), 'layering = "sizes": want "auto", "origin", "popularity", "popularity_pinned", "size", "stable", a pipeline (a list), or the label'),
        "mtime": (dict(mtime = "2026"), 'mtime = "2026": a year alone is no time: write 2026-01-01'),
        "pipeline_path": (
            dict(layering = select({"//conditions:default": "popular"})),
            'layering = "popular": want',
        ),
        "uname": (dict(uname = "root\nbase.archive"), "//rules/tests:bad_image_uname: uname has more than one line"),
        "tools": (dict(extra_commands = "true", tools = [":two_files"]), "is not a program: give an executable target"),
    }.items():
        stream_layered_image(name = "{}_{}".format(name, case), tags = ["manual"], **({"contents": [":top"]} | want[0]))
        failure_test(
            name = "{}_{}_test".format(name, case),
            message = want[1],
            target_under_test = ":{}_{}".format(name, case),
        )
    stream_layered_image(name = name + "_name+", tags = ["manual"])
    failure_test(
        name = name + "_name_test",
        message = 'cannot be the image\'s: "+" is not allowed in it: use letters, digits, ., _, -, and / between components: set image_name',
        target_under_test = ":" + name + "_name+",
    )
    stream_layered_image(name = "image_for_s390x", architecture = "s390x", tags = ["manual"])
    stream_layered_image(name = "image_of_the_run", created = "now", tags = ["manual"])
