"""Says why something cannot be had from a registry, and what to do."""

load("//rules/private/repository:pull_manifest.bzl", "MANIFEST_TYPES", "is_foreign")
load("//rules/private/repository:pull_reference.bzl", "parse_name")

def refusal(*, answer, credentials, descriptor, image_name, kind, notes, url):
    """The message of a download that failed.

    Args:
      answer: struct from ask (what the registry says when it is asked for it), or None if it is not known.
      credentials: struct from find_credentials.
      descriptor: dict with digest.
      image_name: string.
      kind: string, "manifests" or "blobs".
      notes: list of strings, what else went wrong.
      url: string.

    Returns:
      string.
    """
    name = parse_name(image_name)
    what = "the {} {} of {}".format("manifest" if kind == "manifests" else "blob", descriptor["digest"], name.repository)
    status = answer.status if answer else None
    login = "; ".join([credentials.source] + notes)
    if status == None:
        text = "{} did not give {}, see Bazel's warning above: check that it can be reached (tls_verify = False is plain HTTP), and image_name, image_digest and the login ({})"
        return text.format(name.registry, what, login)
    if status == 401 or status == 403:
        text = "{} refuses {} ({}, scope repository:{}:pull; {}): log in with `docker login {}`, as somebody who may pull it, and check image_name"
        return text.format(name.registry, what, status, name.repository, login, name.registry)
    if status == 404:
        return _not_there(name, what, descriptor, login)
    if status == 429:
        text = "{} does not give {} now (429, too many requests; {}): wait, or log in with `docker login {}`"
        return text.format(name.registry, what, login, name.registry)
    if status == 200:
        return _other_bytes(name, what, answer, kind, url)
    return "{} did not give {}: it answers {} for {}: try again later, and check that the name is that of a registry".format(name.registry, what, status, url)

def _not_there(name, what, descriptor, login):
    if "mediaType" in descriptor and is_foreign(descriptor):
        return "{} does not have {}: it is a foreign layer, which is only at {}, and nothing is fetched from there: use an image with all its layers".format(
            name.registry,
            what,
            (descriptor.get("urls") or ["its owner's"])[0],
        )
    return "{} does not have {} (404; {}): check image_name and image_digest; some registries say so too of what only a login may see".format(name.registry, what, login)

def _other_bytes(name, what, answer, kind, url):
    media_type = (answer.headers.get("content-type") or [""])[0].partition(";")[0].strip()
    if media_type == "text/html":
        return "{} gave a web page (text/html) in place of {}, at {}: is there a network's login page, or a proxy's, in between?".format(name.registry, what, url)
    if kind == "manifests" and media_type and media_type not in MANIFEST_TYPES:
        return "{} gave something of the media type {} in place of {}, at {}".format(name.registry, media_type, what, url)
    return "digest mismatch: {} gave other bytes than {}, at {}: Bazel's warning above has the digest that they have; try again, and check image_digest".format(name.registry, what, url)
