"""Analysis tests of image_push: which actions know digests, and which keep bytes."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts", "unittest")
load("//rules:defs.bzl", "ImagePushInfo", "build_layered_image", "image_push", "image_references", "store_object", "stream_layered_image")
load("//rules:index.bzl", "image_index")

# buildifier: disable=bzl-visibility
load("//rules/private/values:placeholders.bzl", "has_placeholder", "is_placeholder_name", "without_placeholders")
load(":image_test.bzl", "actions_test")
load(":store_object_test.bzl", "failure_test")

def _placeholders_test_impl(ctx):
    env = unittest.begin(ctx)
    for text, want in {
        "": "",
        "a{B}c{_d1}": "axcx",
        "{a{B}": "{ax",
        "{}": "{}",
        "{1}{a b}{a.b}{": "{1}{a b}{a.b}{",
        "}{A}}": "}x}",
    }.items():
        asserts.equals(env, want, without_placeholders(text, "x"), text)
        asserts.equals(env, want != text, has_placeholder(text), text)
    asserts.true(env, is_placeholder_name("STABLE_X1") and not is_placeholder_name("") and not is_placeholder_name("1"))
    return unittest.end(env)

placeholders_test = unittest.make(_placeholders_test_impl)

def _manifest_inputs_test_impl(ctx):
    """A manifest is made of descriptors that come without bytes, that of a layout of those that come with them."""
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    manifests = {
        action.outputs.to_list()[0].basename: [f.basename for f in action.inputs.to_list()]
        for action in analysistest.target_actions(env)
        if action.mnemonic == "ImageManifest"
    }
    name = target.label.name
    asserts.equals(env, sorted([name + ".manifest.json", name + ".oci-layout.manifest.json"]), sorted(manifests.keys()))
    for output, inputs in manifests.items():
        with_bytes = [f for f in inputs if ".layer.tar." in f or f.endswith("-blobs.json")]
        alone = [f for f in inputs if f.endswith(".layer.{}.json".format(ctx.attr.compression)) or f.endswith("-blobs.info.json")]
        layout = output.endswith(".oci-layout.manifest.json")
        asserts.equals(env, int(ctx.attr.blobs[1 if layout else 0]), len(with_bytes if layout else alone), output)
        asserts.equals(env, [], alone if layout else with_bytes, output)
    return analysistest.end(env)

manifest_inputs_test = analysistest.make(
    _manifest_inputs_test_impl,
    attrs = {
        "blobs": attr.string_list(doc = "How many files of descriptors the manifest has, and that of the layout."),
        "compression": attr.string(default = "gzip"),
    },
)

def _push_test_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    info = target[ImagePushInfo]
    name = target.label.name
    asserts.equals(env, "registry.example/hello", info.repository)
    asserts.equals(env, [name + ".reference"], [f.basename for f in target[DefaultInfo].files.to_list()])
    asserts.equals(env, name + ".reference", info.reference.basename)
    actions = [action for action in analysistest.target_actions(env) if action.mnemonic == "PushManifest"]
    asserts.equals(env, 1, len(actions))
    status = [f.basename for f in actions[0].inputs.to_list() if f.basename.endswith("-status.txt")]
    asserts.equals(env, ctx.attr.status, sorted(status))
    return analysistest.end(env)

_PUSH_ATTRS = {"status": attr.string_list()}

push_test = analysistest.make(_push_test_impl, attrs = _PUSH_ATTRS)

stamped_push_test = analysistest.make(
    _push_test_impl,
    attrs = _PUSH_ATTRS,
    config_settings = {"//command_line_option:stamp": True},
)

_STATUS = ["stable-status.txt", "volatile-status.txt"]

# Values are the push's attributes, the status files without --stamp, and those with it.
_PUSHES = {
    "always": (dict(stamp = 1, remote_tags = ["v{A}"]), _STATUS, _STATUS),
    "annotated": (dict(annotations = {"a": "{A}"}), [], _STATUS),
    "labelled": (dict(labels = {"a": "{A}"}), [], _STATUS),
    "never": (dict(stamp = 0, remote_tags = ["v1"]), [], []),
    "plain": (dict(annotations = {"json": "{}"}, remote_tags = ["v1"]), [], []),
    "stamped": (dict(remote_tags = ["{A}-{B}"]), [], _STATUS),
    "with_tag_file": (dict(remote_tag_file = "leaf.txt"), [], []),
}

_BAD_PUSHES = {
    "capitals": (dict(repository = "registry.example/Hello"), 'repository = "registry.example/Hello": it has capital letters, which are not possible: write "registry.example/hello"'),
    "digest": (dict(repository = "registry.example/hello@sha256:00"), "it has a digest: want REGISTRY/REPOSITORY alone"),
    "empty": (dict(repository = ""), 'repository = "": it is empty'),
    "image_of_the_run": (dict(image = ":image_of_the_run"), 'the time of @@//rules/tests:image_of_the_run is "now"'),
    "index_with_annotations": (dict(annotations = {"a": "b"}, image = ":push_index"), "@@//rules/tests:push_index is an index: give annotations to image_index, and labels to its images"),
    "long_tag": (dict(remote_tags = ["x" * 129]), "is not a tag: it has 129 characters, at most 128 are allowed"),
    "port": (dict(repository = "registry.example:x/hello"), "the port of its registry"),
    "scheme": (dict(repository = "https://registry.example/hello"), "it has a scheme: want REGISTRY/REPOSITORY alone"),
    "stamp": (dict(stamp = 2), "stamp = 2: want 1 (always), 0 (never) or -1 (with --stamp)"),
    "stamp_off": (dict(stamp = 0, remote_tags = ["{A}"]), "stamp = 0, and there is a {VARIABLE} in remote_tags, annotations or labels"),
    "tag": (dict(remote_tags = ["{A}/x"]), '"{A}/x" is not a tag: "/" is not allowed in it'),
    "tagged": (dict(repository = "registry.example/hello:v1"), "it has a tag: give that in remote_tags"),
}

def push_tests(name):
    """Declares targets and the tests of them.

    Args:
      name: string, the prefix of the targets' names.
    """
    placeholders_test(name = name + "_placeholders_test")

    store_object(name = name + "_object", empty_dirs = ["a"])
    actions_test(
        name = name + "_object_actions_test",
        counts = {"BlobInfo": "2", "ObjectBlob": "2", "ObjectLayer": "1"},
        target_under_test = ":{}_object".format(name),
    )
    stream_layered_image(name = name + "_image", contents = [":top"])
    manifest_inputs_test(
        name = name + "_manifest_test",
        # top, middle, leaf and the customisation layer.
        blobs = ["4", "4"],
        target_under_test = ":{}_image".format(name),
    )
    actions_test(
        name = name + "_image_actions_test",
        counts = {"BaseBlobs": "0", "BlobInfo": "1", "CustomisationBlob": "1", "ObjectBlob": "0", "RestBlobs": "0"},
        target_under_test = ":{}_image".format(name),
    )
    build_layered_image(
        name = name + "_above",
        contents = [":" + name + "_object"],
        from_image = ":{}_image".format(name),
        layer_compression = "zstd",
    )
    manifest_inputs_test(
        name = name + "_above_manifest_test",
        # The base's descriptors are in its manifest, or come with its blobs.
        blobs = ["3", "4"],
        compression = "zstd",
        target_under_test = ":{}_above".format(name),
    )

    image_index(
        name = name + "_index",
        image = ":{}_image".format(name),
        platforms = [":linux_arm64"],
        tags = ["manual"],
    )
    image_push(name = name + "_of_index", image = ":{}_index".format(name), repository = "registry.example/hello", tags = ["manual"])
    push_test(name = name + "_of_index_test", target_under_test = ":{}_of_index".format(name))

    for case, (attributes, unstamped, stamped) in _PUSHES.items():
        push = "{}_{}".format(name, case)
        image_push(name = push, image = ":{}_image".format(name), repository = "registry.example/hello", tags = ["manual"], **attributes)
        push_test(name = push + "_test", status = unstamped, target_under_test = ":" + push)
        stamped_push_test(name = push + "_stamped_test", status = stamped, target_under_test = ":" + push)
    for case, (attributes, message) in _BAD_PUSHES.items():
        push = "{}_bad_{}".format(name, case)
        image_push(name = push, tags = ["manual"], **({"image": ":{}_image".format(name), "repository": "registry.example/hello"} | attributes))
        failure_test(name = push + "_test", message = message, target_under_test = ":" + push)

    image_references(
        name = name + "_bad_references",
        images = {"a b": ":{}_plain".format(name)},
        tags = ["manual"],
        template = "leaf.txt",
    )
    failure_test(
        name = name + "_bad_references_test",
        message = 'images: "a b" is not a name: use letters, digits and _',
        target_under_test = ":{}_bad_references".format(name),
    )
