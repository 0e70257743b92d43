"""The macro image_test."""

load("//rules/private/rules:image_test.bzl", _image_test = "image_test")
load("//rules/private/values:expansion.bzl", "labels_in", "normalise")

def image_test(name, image, config = {}, paths = {}, absent = [], **kwargs):
    """A test of what an image is, which needs no daemon: config and files as a container would see them.

    ```starlark
    image_test(
        name = "hello_image_test",
        image = ":hello_image",
        config = {"architecture": "amd64", "config": {"Cmd": ["/bin/hello"]}},
        paths = {
            "/bin/hello": {"mode": "0555"},
            "/etc/motd": {"content": "Hello\\n", "uid": 0},
            "/lib": {"type": "symlink", "target": "usr/lib"},
        },
        absent = ["/etc/shadow"],
    )
    ```

    Args:
      name: the target's name: `"hello_image_test"`.
      image: label of the image: `":hello_image"`.
      config: dict of fields of the image's config. Of a dict, the fields that
        are given must be there and equal; a list must be the same list; None is
        for a field that is not there. `"Cmd"` is short for a field of `config`,
        and dots lead into dicts: `"config.Labels.maintainer"`.
      paths: dict from absolute paths to dicts with some of `type` ("file",
        "directory", "symlink", "char", "block", "fifo"), `mode` ("0755"),
        `uid`, `gid`, `target` (a symlink's text), `content`, `contains`,
        `sha256` (hexadecimal) and `size` (bytes). An empty dict: something is
        there. Symlinks are followed, unless `type` is "symlink" or `target` is
        given.
      absent: list of absolute paths at which nothing is: `["/etc/shadow"]`.
      **kwargs: attributes of every test (size, tags, timeout, ...).
    """
    expectations = normalise(json.encode({"absent": absent, "config": config, "paths": paths}))
    labels = labels_in(expectations)
    _image_test(
        name = name,
        image = image,
        expectations = expectations,
        label_names_in_expectations = labels,
        labels_in_expectations = labels,
        **({"size": "small"} | kwargs)
    )
