"""The macro tmp_dirs."""

load("//rules/private/rules:written_object.bzl", "written_object")

def tmp_dirs(name, dirs = ["/tmp", "/var/tmp"], mode = "1777", uid = 0, gid = 0, **kwargs):
    """Directories that programs can write into: `/tmp` and `/var/tmp`, which an image made from nothing does not have.

    A target for `contents` of an image, `copy_to_root` and `build_env`: the
    image has the directories, with this mode and this owner. No script is
    needed, and no file is got from anywhere. The directories above them are
    root's, 0755 where contents are linked and 0555 where they are copied.

    ```starlark
    tmp_dirs(name = "tmp")

    tmp_dirs(
        name = "cache",
        dirs = ["/var/cache/app"],
        mode = "0750",
        uid = 1000,
        gid = 1000,
    )

    stream_layered_image(
        name = "image",
        contents = [":tmp", ":cache", ":server"],
    )
    ```

    Mode and owner count for the image that has the target in its `contents`.
    Elsewhere, such as in `$(store_path :tmp)`, the directories are those of a
    store, 0555. In scripts the same is `mkdir -p -m 1777 tmp`.

    Args:
      name: the target's name: `"tmp"`.
      dirs: absolute paths: `["/tmp", "/run/lock"]`.
      mode: the directories' mode, octal: `"1777"`.
      uid: their owner, a number: `1000`.
      gid: their group, a number: `1000`.
      **kwargs: attributes of every rule (visibility, tags, testonly, ...).
    """
    written_object(
        name = name,
        directories = ["{}:{}:{}:{}".format(mode, uid, gid, path) for path in dirs],
        **kwargs
    )
