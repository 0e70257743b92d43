"""The macro export_image."""

load("//rules/private/rules:export_image.bzl", _export_image = "export_image")

def export_image(
        name,
        from_image,
        out = None,
        from_image_name = None,
        from_image_tag = None,
        disk_size = 1024,
        architecture = None,
        platform = None,
        **kwargs):
    """The file system that a container of an image sees, as one uncompressed tar.

    `bazel build` makes `<name>.tar`, or `<name>` where that ends in `.tar`. It is
    what `docker image import` takes, and has nothing else of the image: no
    command, no environment. All layers are laid on one another: what upper
    layers remove is not there. Owners (numbers), modes, devices, extended
    attributes, symlinks, hard links and times are those of the image.

    Names begin with `./`, which is the first entry; a directory comes right
    before what is in it, and names in a directory are sorted by bytes. The
    bytes depend on the image alone.

    ```starlark
    export_image(
        name = "hello_files",
        from_image = ":hello_image",
    )
    ```

    Args:
      name: the target's name: `"hello_files"`.
      from_image: label of the image: an image of ours, an image_index, a docker
        archive, or an OCI layout (a directory, or a tar of one): `":hello_image"`,
        `"@debian//:image.tar.xz"`. Archives may be of any age, and compressed
        with gzip, xz, zstd or bzip2.
      out: the name of the tar: `"rootfs.tar"`; `<name>.tar` when None.
      from_image_name: which image of an archive that has several: its name,
        `"alpine"`. It selects together with `from_image_tag`; with one of the
        two the first image is taken, with a warning.
      from_image_tag: which image of an archive that has several: its tag, `"3.20"`.
      disk_size: a number of MiB, as dockerTools takes it for the disk of its
        virtual machine: `4096`. It bounds nothing here: nothing is unpacked, and
        the memory needed does not depend on the image's size.
      architecture: the GOARCH that chooses in an archive or an index of images for
        several platforms: `"arm64"`; the target platform's when None.
      platform: label of the Linux platform that `from_image` is built for,
        `"//platforms:arm64"`; the target platform when None.
      **kwargs: attributes of every rule (visibility, tags, testonly, ...).
    """
    _export_image(
        name = name,
        architecture = architecture,
        disk_size = disk_size,
        from_image = from_image,
        from_image_name = from_image_name,
        from_image_tag = from_image_tag,
        out = out,
        platform = platform,
        **kwargs
    )
