"""The macro image_index."""

load("//rules/private/rules:image_index.bzl", _image_index = "image_index")

def image_index(
        name,
        images = [],
        image = None,
        platforms = [],
        image_name = None,
        tag = None,
        annotations = {},
        **kwargs):
    """One name for images of several platforms: an OCI image index.

    `bazel build` makes `<name>.index.json`; the output groups `digest` and
    `image_tag` are files of one line, and `oci_layout` is a directory with the
    index and all its images, each blob once. `bazel run` loads the image for
    this machine's architecture, under that image's own name and tag, as running
    the image itself does, but it also builds the others.

    ```starlark
    image_index(
        name = "hello",
        image = ":hello_image",
        platforms = ["//platforms:linux_amd64", "//platforms:linux_arm64"],
        tag = "v1",
    )

    image_index(
        name = "hello_of_two",
        images = [":hello_amd64", ":hello_arm64"],
    )
    ```

    Args:
      name: the target's name: `"hello"`.
      images: labels of images, each for a platform of its own, in the order of
        the index: `[":hello_amd64", ":hello_arm64"]`. An index is not an
        image: list its images instead.
      image: instead of `images`, the label of one image that is built for each
        of `platforms`: `":hello_image"`. It must not set `platform` itself.
      platforms: labels of Linux platforms for `image`, in the order of the index:
        `["@rules_go//go/toolchain:linux_amd64"]`.
      image_name: the repository part of the index's name, lower-cased; the
        target's name when None: `"registry.example.com/team/hello"`.
      tag: the tag: `"v1"`; when None, 32 characters of Nix's base32 that the
        content determines.
      annotations: dict of annotations of the index:
        `{"org.opencontainers.image.source": "https://example.com/hello"}`.
      **kwargs: attributes of every rule (visibility, tags, testonly, ...).
    """
    _image_index(
        name = name,
        images = images,
        image = image,
        platforms = platforms,
        image_name = image_name,
        tag = tag,
        annotations = annotations,
        **kwargs
    )
