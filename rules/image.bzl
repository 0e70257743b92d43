"""Container images from closures of store objects."""

load("//rules/private/rules:layered_image.bzl", "layered_image")
load("//rules/private/values:image_config.bzl", "config_attributes", _image_config = "image_config")

image_config = _image_config

def stream_layered_image(
        name,
        image_name = None,
        tag = None,
        contents = [],
        config = None,
        config_deps = [],
        max_layers = 100,
        layering = "popularity",
        created = "1970-01-01T00:00:01Z",
        mtime = "1970-01-01T00:00:01Z",
        architecture = None,
        platform = None,
        uid = 0,
        gid = 0,
        uname = "root",
        gname = "root",
        **kwargs):
    """An image whose store objects are spread over layers, the most popular in layers of their own.

    `bazel build` makes the config, the plan and `<name>.stream`, a program
    that writes the image as a docker archive to its standard output; no layer
    is stored. `bazel run` loads the image into Docker; `bazel run <target> --
    run` loads and runs it, without Docker in a sandbox of its own; `bazel run
    <target> -- stream` writes the archive.

    ```starlark
    stream_layered_image(
        name = "hello_image",
        image_name = "hello",
        tag = "latest",
        contents = [":hello"],
        config = {"Cmd": ["/bin/hello"]},
    )
    ```

    Args:
      name: the target's name.
      image_name: the repository part of the image's name, lower-cased; the target's name when None.
      tag: the tag; when None, 32 characters of Nix's base32 that the content determines.
      contents: a label or a list of labels: store objects, whose files are
        linked into the image's root, the first winning; any other target with
        files becomes an object of its own.
      config: the image's config: a dict with the field names of the Docker
        image specification v1.3; or JSON text of `image_config`, which may
        stand in a `select`; or the label of a JSON file. In every string of a
        dict `$(store_path LABEL)` is replaced by the object's store path and
        brings its closure into the image.
      config_deps: labels of the objects named by a config that is not a plain dict.
      max_layers: the most layers the image may have, at least 2; one is the layer of links.
      layering: how the objects are ordered: "popularity".
      created: ISO 8601 time in the config.
      mtime: ISO 8601 time of every file in the image.
      architecture: GOARCH in the config; the target platform's when None.
      platform: label of the Linux platform to build for; the target platform when None.
      uid: owner of the store objects' files, a number.
      gid: group of the store objects' files, a number.
      uname: owner of the store objects' files, a name.
      gname: group of the store objects' files, a name.
      **kwargs: attributes of every rule (visibility, tags, testonly, ...).
    """
    layered_image(
        name = name,
        image_name = image_name,
        tag = tag,
        contents = [contents] if type(contents) in ("string", "Label") else contents,
        config_deps = config_deps,
        max_layers = max_layers,
        layering = layering,
        created = created,
        mtime = mtime,
        architecture = architecture,
        platform = platform,
        uid = uid,
        gid = gid,
        uname = uname,
        gname = gname,
        **(config_attributes(name, config) | kwargs)
    )
