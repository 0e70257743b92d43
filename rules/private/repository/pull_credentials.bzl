"""Logins of registries, where Docker and Podman keep them."""

load("//rules/private/repository:pull_reference.bzl", "parse_name")

def find_credentials(rctx, image_name):
    """The login for a registry.

    The files of Docker (config.json) and Podman (auth.json) are read, and the helpers that they name are run. When the
    files change nothing is fetched again: what is fetched is the same with any login.

    Args:
      rctx: repository context.
      image_name: string.

    Returns:
      struct: user and password, or encoded ("user:password" in base64), or identity_token (strings or None), and
      source (string: where they are from, or that there are none).
    """
    notes = []
    files = _files(rctx.os.environ)
    for file in files:
        path = rctx.path(file)
        if not path.exists:
            continue
        config = json.decode(rctx.read(path, watch = "no"), default = None)
        if type(config) != "dict":
            notes.append("{} is not JSON".format(file))
            continue
        found = _from_config(rctx, config, file, image_name, notes)
        if found:
            return found
    notes.append("there is no login for {} in {}".format(parse_name(image_name).registry, " or ".join(files) or "HOME, which is not set"))
    return _credentials(source = "; ".join(notes))

def _credentials(source, user = None, password = None, encoded = None, identity_token = None):
    return struct(encoded = encoded, identity_token = identity_token, password = password, source = source, user = user)

def _files(environ):
    home = environ.get("HOME")
    files = []
    if environ.get("REGISTRY_AUTH_FILE"):
        files.append(environ["REGISTRY_AUTH_FILE"])
    if environ.get("DOCKER_CONFIG"):
        files.append(environ["DOCKER_CONFIG"] + "/config.json")
    elif home:
        files.append(home + "/.docker/config.json")
    if environ.get("XDG_RUNTIME_DIR"):
        files.append(environ["XDG_RUNTIME_DIR"] + "/containers/auth.json")
    if environ.get("XDG_CONFIG_HOME") or home:
        files.append((environ.get("XDG_CONFIG_HOME") or home + "/.config") + "/containers/auth.json")
    return files

def login_keys(image_name):
    """The names under which a login for an image may be kept.

    Args:
      image_name: string without problems.

    Returns:
      list of strings, the most exact first; keys of files are compared without scheme, and without what follows a
      host that is not a part of the image's name.
    """
    name = parse_name(image_name)
    parts = name.repository.split("/")
    keys = ["/".join([name.registry] + parts[:length]) for length in range(len(parts), 0, -1)]
    keys.append(name.registry)
    return keys + (["index.docker.io", "registry-1.docker.io"] if name.registry == "docker.io" else [])

def _plain_key(key):
    """A key of a login file as login_keys has it: https://index.docker.io/v1/ is index.docker.io."""
    if "://" in key:
        key = key.partition("://")[2]
    for end in ["/v1/", "/v2/", "/v1", "/v2", "/"]:
        key = key.removesuffix(end)
    return key

def find_login(entries, image_name):
    """The key of a login file for an image.

    Args:
      entries: dict whose keys are registries, or registries and the beginnings of repositories.
      image_name: string without problems.

    Returns:
      string, or None.
    """
    plain = {_plain_key(key): key for key in entries}
    for key in login_keys(image_name):
        if key in plain:
            return plain[key]
    return None

def _from_config(rctx, config, file, image_name, notes):
    helpers = config.get("credHelpers") or {}
    key = find_login(helpers, image_name)
    if key:
        return _from_helper(rctx, helpers[key], key, "credHelpers in " + file, notes)
    auths = config.get("auths") or {}
    key = find_login(auths, image_name)
    login = auths[key] if key else {}
    source = "the login for {} in {}".format(key, file)
    if login.get("identitytoken"):
        return _credentials(source, identity_token = login["identitytoken"])
    if login.get("auth"):
        return _credentials(source, encoded = login["auth"])
    if login.get("username") and login.get("password"):
        return _credentials(source, user = login["username"], password = login["password"])
    if config.get("credsStore"):
        registry = parse_name(image_name).registry
        address = key or ("https://index.docker.io/v1/" if registry == "docker.io" else registry)
        return _from_helper(rctx, config["credsStore"], address, "credsStore in " + file, notes)
    return None

def _from_helper(rctx, helper, address, where, notes):
    """Asks a program that keeps logins. The protocol is that of docker-credential-helpers."""
    program = "docker-credential-" + helper
    path = rctx.which(program)
    if not path:
        notes.append("{} ({}) is not in PATH".format(program, where))
        return None
    result = rctx.execute(["sh", "-c", 'printf "%s\\n" "$1" | "$2" get', "get", address, path], timeout = 60)
    answer = json.decode(result.stdout, default = None) if result.return_code == 0 else None
    if type(answer) != "dict" or not answer.get("Secret"):
        # It prints errors where a login would be.
        said = (result.stdout + result.stderr).strip() if result.return_code else "no login"
        notes.append("{} ({}) says of {}: {}".format(program, where, address, said))
        return None
    source = "{} ({})".format(program, where)
    if answer.get("Username") == "<token>":
        return _credentials(source, identity_token = answer["Secret"])
    return _credentials(source, user = answer.get("Username"), password = answer["Secret"])
