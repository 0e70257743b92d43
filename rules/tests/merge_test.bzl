"""Analysis tests of merge_images."""

load("//rules:export.bzl", "merge_images")
load("//rules:image.bzl", "stream_layered_image")
load("//rules:index.bzl", "image_index")
load(":export_test.bzl", "tar_test")
load(":store_object_test.bzl", "failure_test")

def merge_images_tests(name):
    """Makes the tests, of targets that it makes as well.

    Args:
      name: what the names of all targets begin with.
    """
    stream_layered_image(name = name + "_one", contents = [":top"], tag = "v1")
    stream_layered_image(name = name + "_arm64", contents = [":top"], platform = "//rules/tests:linux_arm64")
    stream_layered_image(name = name + "_now", contents = [":top"], created = "now")
    image_index(name = name + "_index", images = [":{}_arm64".format(name)])
    native.filegroup(name = name + "_archive", srcs = ["leaf.txt"])
    _good(name)
    _refusals(name)

def _good(name):
    one, archive = [":{}_{}".format(name, image) for image in ["one", "archive"]]
    for case, attributes, out, inputs in [
        ("default", {"images": [one, archive]}, name + "_default.tar.gz", [name + "_one.layers.json", "leaf.txt"]),
        ("gzip", {"compressor": "gzip", "images": [one]}, name + "_gzip.tar.gz", []),
        ("zstd", {"compressor": "zstd", "images": [one]}, name + "_zstd.tar.zst", []),
        ("none", {"compressor": "none", "images": [one]}, name + "_none.tar", []),
        ("name.tar.gz", {"images": [one]}, name + "_name.tar.gz", []),
        ("out", {"images": [archive], "out": name + "-other.tgz"}, name + "-other.tgz", ["leaf.txt"]),
        (
            "from_index",
            {"architecture": "arm64", "images": [":{}_index".format(name), one]},
            name + "_from_index.tar.gz",
            [name + "_arm64.layers.json", name + "_one.layers.json"],
        ),
    ]:
        merge_images(name = "{}_{}".format(name, case), tags = ["manual"], **attributes)
        tar_test(
            name = "{}_{}_test".format(name, case),
            inputs = inputs,
            mnemonic = "MergedArchive",
            out = out,
            target_under_test = ":{}_{}".format(name, case),
        )

def _refusals(name):
    one = ":{}_one".format(name)
    for case, attributes, message in [
        ("nothing", {"images": []}, "_nothing: images is empty: give the labels of one image or more"),
        ("object", {"images": [one, ":leaf"]}, "images: @@//rules/tests:leaf is a store object, not an image: give it in contents of a build_layered_image"),
        ("files", {"images": [":two_files"]}, "images: @@//rules/tests:two_files has 2 files: give one docker archive"),
        ("now", {"images": [one, ":{}_now".format(name)]}, "_now is \"now\", so that its layers are not known before it runs: give it a fixed time"),
        ("architecture", {"architecture": "x86_64", "images": [one]}, "architecture = \"x86_64\": want a GOARCH"),
        ("index", {"architecture": "s390x", "images": [":{}_index".format(name)]}, "_index has images for linux/arm64, and none for linux/s390x"),
    ]:
        bad = "{}_bad_{}".format(name, case)
        merge_images(name = bad, tags = ["manual"], **attributes)
        failure_test(name = bad + "_test", message = message, target_under_test = ":" + bad)
