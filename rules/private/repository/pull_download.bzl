"""Downloads from a registry, by digest, through Bazel's own downloader.

What Bazel has for downloads works for these: the repository cache, which is asked before any server, mirrors and rules
for URLs, credential helpers.
"""

load("//rules/private/repository:pull_credentials.bzl", "find_credentials")
load("//rules/private/repository:pull_manifest.bzl", "MANIFEST_TYPES")
load("//rules/private/repository:pull_reference.bzl", "parse_name")
load("//rules/private/repository:pull_refusal.bzl", "refusal")
load("//rules/private/repository:pull_token.bzl", "ask_registry", "basic_login", "challenge_of", "fetch_token", "known_challenge")

def registry_session(rctx, *, where, image_name, tls_verify):
    """What the downloads of one repository of a registry have in common.

    Args:
      rctx: repository context.
      where: string, the tag as messages name it, such as pull.image(name = "x").
      image_name: string without problems.
      tls_verify: bool; False is plain HTTP.

    Returns:
      struct for download_blobs and download_manifest.
    """
    name = parse_name(image_name)
    return struct(
        host = name.host,
        image_name = image_name,
        name = name,
        rctx = rctx,
        scheme = "https" if tls_verify else "http",
        # credentials, login and notes, known from the first download on that the cache does not have.
        state = {},
        where = where,
    )

def download_manifest(session, digest, output):
    """Downloads a manifest or an image index, or fails.

    Args:
      session: struct from registry_session.
      digest: string.
      output: string, path in the repository.

    Returns:
      string, its text.
    """
    _download(session, _item(session, "manifests", {"digest": digest}, output))
    return session.rctx.read(output, watch = "no")

def download_blobs(session, descriptors, folder):
    """Downloads blobs, several at a time, or fails.

    Args:
      session: struct from registry_session.
      descriptors: list of dicts: digest and size, and urls of a foreign layer.
      folder: string, path in the repository; files are named by the digits of their digests.
    """
    items = [
        _item(session, "blobs", descriptor, "{}/{}".format(folder, digest.removeprefix("sha256:")))
        for digest, descriptor in {descriptor["digest"]: descriptor for descriptor in descriptors}.items()
    ]
    missing = [item for item in items if not _cached(session, item)]
    if not missing:
        return

    # The first one finds out how the registry lets in.
    _download(session, missing[0])
    downloads = [(item, _start(session, item, block = False)) for item in missing[1:]]
    for item, download in downloads:
        if not download.wait().success:
            _download(session, item)

def _item(session, kind, descriptor, output):
    return struct(
        accept = MANIFEST_TYPES if kind == "manifests" else [],
        descriptor = descriptor,
        digest = descriptor["digest"],
        kind = kind,
        output = output,
        url = "{}://{}/v2/{}/{}/{}".format(session.scheme, session.host, session.name.repository, kind, descriptor["digest"]),
    )

def _cached(session, item):
    """Looks into the repository cache alone: without URLs Bazel looks nowhere else."""
    return session.rctx.download(
        url = [],
        output = item.output,
        sha256 = item.digest.removeprefix("sha256:"),
        allow_fail = True,
    ).success

def _start(session, item, block = True):
    login = session.state.get("login")
    return session.rctx.download(
        url = [item.url],
        output = item.output,
        sha256 = item.digest.removeprefix("sha256:"),
        allow_fail = True,
        auth = {item.url: login.auth} if login else {},
        block = block,
        headers = {"Accept": item.accept} if item.accept else {},
    )

def _download(session, item):
    if _cached(session, item):
        return
    _log_in(session)
    if _start(session, item).success:
        return
    answer = _ask(session, item)

    # A token may also have come to its end.
    challenge = challenge_of(answer) if answer else known_challenge(session.host, session.name.repository)
    if challenge and _get_token(session, challenge):
        if _start(session, item).success:
            return
        answer = _ask(session, item)
    fail("{}: {}".format(session.where, refusal(
        answer = answer,
        credentials = session.state["credentials"],
        descriptor = item.descriptor,
        image_name = session.image_name,
        kind = item.kind,
        notes = session.state["notes"],
        url = item.url,
    )))

def _ask(session, item):
    return ask_registry(
        session.rctx,
        item.url,
        accept = item.accept,
        credentials = session.state["credentials"],
        login = session.state["login"],
    )

def _log_in(session):
    """What to send before the registry says anything: it says it once for all of a repository."""
    if "credentials" in session.state:
        return
    credentials = find_credentials(session.rctx, session.image_name)
    session.state.update(credentials = credentials, login = None, notes = [])
    challenge = known_challenge(session.host, session.name.repository)
    if not challenge or not _get_token(session, challenge):
        session.state["login"] = basic_login(credentials)

def _get_token(session, challenge):
    found = fetch_token(
        session.rctx,
        challenge,
        credentials = session.state["credentials"],
        plain_http = session.scheme == "http",
        repository = session.name.repository,
    )
    if found.login:
        session.state["login"] = found.login
    else:
        session.state["notes"].append(found.problem)
    return bool(found.login)
