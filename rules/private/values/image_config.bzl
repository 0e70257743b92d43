"""The config attribute: a dict, JSON text of image_config, or the label of a JSON file."""

load("//rules/private/values:expansion.bzl", "normalise")

def image_config(config):
    """JSON text of an image's config, for use where a plain dict cannot stand: in a `select`.

    ```starlark
    stream_layered_image(
        name = "image",
        config = select({
            ":debug": image_config({"Cmd": ["$(store_path :debug_server)/bin/server"]}),
            "//conditions:default": image_config({"Cmd": ["$(store_path :server)/bin/server"]}),
        }),
        config_deps = [":debug_server", ":server"],
    )
    ```

    The fields, here and in a plain dict:

    | field | value |
    | --- | --- |
    | `Env` | list of strings, `NAME=VALUE` |
    | `Entrypoint`, `Cmd` | list of strings: the program, and its arguments where there is an `Entrypoint` |
    | `WorkingDir` | string, an absolute path |
    | `User` | string: `user`, `uid`, `user:group` or `uid:gid` |
    | `ExposedPorts` | dict from `port`, `port/tcp`, `port/udp` or `port/sctp`, or a range `8000-8010`, to `{}` |
    | `Volumes` | dict from an absolute path to `{}` |
    | `Labels` | dict of strings |
    | `StopSignal` | string: `SIGTERM`, or a number |
    | `Healthcheck` | dict: `Test`, a list of strings that begins with `NONE`, `CMD` or `CMD-SHELL`; `Interval`, `Timeout`, `StartPeriod` and `StartInterval`, whole numbers of nanoseconds; `Retries`, a whole number |
    | `Shell` | list of strings: the shell of a Dockerfile that builds on the image |
    | `OnBuild` | list of strings: what a Dockerfile that builds on the image runs; never inherited |
    | `ArgsEscaped` | `True` or `False`, for Windows only |
    | `Memory`, `MemorySwap`, `CpuShares` | whole numbers; accepted, no runtime uses them today; never inherited |

    A list or dict that is `None` is not set, nor inherited from a base image.
    No string may have a NUL byte.

    Args:
      config: dict with the field names of the Docker image specification. In
        every string, `$(store_path LABEL)` is replaced by the object's path.

    Returns:
      string: JSON.
    """
    if type(config) == "select":
        fail("image_config: a select inside the config cannot be read here: put image_config({...}) into each branch of a select instead")
    return normalise(json.encode(config))

def config_attributes(name, config):
    """The rule's attributes for a `config`.

    Args:
      name: string, the image's name, for messages.
      config: dict, JSON text, label of a JSON file, select over JSON texts, or None.

    Returns:
      dict of attributes.
    """
    if config == None:
        return {}
    if type(config) == "dict":
        _reject_selects(name, config)
        return {"config": image_config(config)}
    if type(config) == "string" and config.lstrip().startswith("{"):
        return {"config": normalise(config)}
    if type(config) == "string" or type(config) == "Label":
        return {"config_file": config}
    return {"config": config}

def _reject_selects(name, config):
    # Starlark has no recursion.
    todo = [("config", config)]
    for _ in range(100000):
        if not todo:
            return
        where, value = todo.pop()
        if type(value) == "select":
            fail(("{}: {}: a select cannot stand inside the dict: write config = select({{...: image_config({{...}})}}) " +
                  "and name the objects in config_deps").format(name, where))
        elif type(value) == "dict":
            todo.extend([(where + "." + key, item) for key, item in value.items()])
        elif type(value) == "list" or type(value) == "tuple":
            todo.extend([(where, item) for item in value])
