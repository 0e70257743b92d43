"""The macro binary_image."""

load("//rules/private/macros:stream_layered_image.bzl", "stream_layered_image")
load("//rules/private/rules:binary_closure.bzl", "binary_closure")
load("//rules/private/rules:binary_config.bzl", "binary_config")
load("//rules/private/rules:target_graph.bzl", "DEFAULT_ROOT")
load("//rules/private/values:expansion.bzl", "labels_in")
load("//rules/private/values:image_config.bzl", "image_config")

# Attributes of every rule that the parts of an image have from it.
_OF_PARTS = ["compatible_with", "deprecation", "exec_compatible_with", "features", "restricted_to", "tags", "target_compatible_with", "testonly"]

def binary_image(
        name,
        binary,
        base = None,
        root = DEFAULT_ROOT,
        binary_name = None,
        args = None,
        env = {},
        config = {},
        contents = [],
        layering = "stable",
        **kwargs):
    """An image that runs a program of any language, split into layers by the program's own dependencies.

    It is a `stream_layered_image` of the program's `binary_closure`, which is the
    target NAME.closure. Entrypoint, arguments, variables and working directory are
    those of `bazel run`, from the program's target.

    ```starlark
    binary_image(
        name = "server_image",
        binary = "//server",
        base = "@debian//:image",
        config = {"ExposedPorts": {"8080/tcp": {}}},
    )
    ```

    Args:
      name: the target's name: `"server_image"`.
      binary: the program, a target of any rule that makes one (`py_binary`,
        `java_binary`, `js_binary`, `cc_binary`, `go_binary`, `rust_binary`,
        `sh_binary`): `"//server"`.
      base: the image to build on, as `from_image` of `stream_layered_image`; it has
        what the program needs beside its runfiles, such as libc or a shell; none
        when None: `"@debian//:image"`.
      root: the directory of the image for programs and runfiles: `"/srv"`.
      binary_name: the program's name in ROOT/bin; that of `binary` when None: `"serve"`.
      args: the image's `Cmd`, in place of the attribute `args` of the program's
        target: `["--port=8080"]`.
      env: dict of variables of the config, which go before the attribute `env` of
        the program's target: `{"LANG": "C.UTF-8"}`.
      config: dict of further fields of the config, or of other values of
        those that come from the program, as for `stream_layered_image`: `{"User": "1000"}`. `Env` adds
        to the variables.
      contents: further objects, or binary_closures of further programs: `[":certificates"]`.
      layering: how the objects are spread over layers, as for
        `stream_layered_image`: `"origin"`.
      **kwargs: attributes of `stream_layered_image` (`image_name`, `tag`, `max_layers`,
        `platform`, ...) and those of every rule (visibility, tags, testonly, ...).
    """
    if type(config) != "dict":
        fail("{}: config: want a dict: choose between dicts with two binary_images".format(name))
    if type(config.get("Env") or []) != "list":
        fail('{}: config: Env: want a list of strings, ["NAME=VALUE"]; or give env, a dict'.format(name))
    parts = {attribute: kwargs[attribute] for attribute in _OF_PARTS if attribute in kwargs}
    binary_closure(
        name = name + ".closure",
        binary = binary,
        binary_name = binary_name,
        root = root,
        visibility = kwargs.get("visibility"),
        **parts
    )
    text = image_config(config)
    labels = labels_in(text)
    binary_config(
        name = name + ".config",
        args_of_program = args or [],
        closure = name + ".closure",
        config = text,
        env = env,
        has_args = args != None,
        label_names_in_texts = labels,
        labels_in_texts = labels,
        visibility = ["//visibility:private"],
        **parts
    )
    stream_layered_image(
        name = name,
        config = name + ".config",
        config_deps = labels,
        contents = [name + ".closure"] + ([contents] if type(contents) == "string" else contents),
        from_image = base,
        layering = layering,
        **kwargs
    )
