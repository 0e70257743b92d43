"""The macro merge_images."""

load("//rules/private/rules:merge_images.bzl", _merge_images = "merge_images")

def merge_images(
        name,
        images,
        compressor = "gz",
        out = None,
        architecture = None,
        platform = None,
        **kwargs):
    """Several images in one docker archive, for `docker load`.

    `bazel build` makes `<name>.tar.gz` (`.tar.zst`, `.tar`). Every image keeps
    its name and its tag, also one that comes from its content; a layer that
    several images have is in the archive once. Two images of one name and tag
    are an error, unless they are the same image.

    ```starlark
    merge_images(
        name = "services",
        images = [
            ":frontend_image",
            ":backend_image",
            "@redis//:image.tar.xz",
        ],
        compressor = "zstd",
    )
    ```

    Args:
      name: the target's name: `"services"`.
      images: labels of images, in the order of the archive: images of ours,
        image_indexes, docker archives, of which all images are taken, and OCI
        layouts (directories, or tars of them), of which those for one platform
        are: `[":frontend_image", "@redis//:image.tar.xz"]`. Archives may be of
        any age, and compressed with gzip, xz, zstd or bzip2, each its own way.
      compressor: how the archive is compressed: `"gz"` (or `"gzip"`), `"zstd"` or
        `"none"`, however `images` are. (dockerTools takes the last image's.)
      out: the name of the archive: `"services.tar.gz"`; `<name>` with the
        extension that says how it is compressed when None.
      architecture: the GOARCH that chooses in archives and indexes of images for
        several platforms: `"arm64"`; the target platform's when None.
      platform: label of the Linux platform that `images` are built for,
        `"//platforms:arm64"`; the target platform when None.
      **kwargs: attributes of every rule (visibility, tags, testonly, ...).
    """
    _merge_images(
        name = name,
        architecture = architecture,
        compressor = compressor,
        images = images,
        out = out,
        platform = platform,
        **kwargs
    )
