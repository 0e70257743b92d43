"""From the digest of an image, or of an index of images, to one image: its manifest and its config."""

load("//rules/private/repository:pull_download.bzl", "download_blobs", "download_manifest", "registry_session")
load("//rules/private/repository:pull_manifest.bzl", "choose_manifest", "parse_config", "parse_manifest")
load("//rules/private/repository:pull_reference.bzl", "host_architecture")

_MOST_INDEXES = 4

IMAGE_SOURCE_ATTRS = {
    "arch": attr.string(doc = "The GOARCH that chooses in an image index; the machine's when empty."),
    "final_image_name": attr.string(doc = "The image's name here.", mandatory = True),
    "final_image_tag": attr.string(doc = "The image's tag here.", mandatory = True),
    "image_digest": attr.string(doc = "The digest of the image or of an image index.", mandatory = True),
    "image_name": attr.string(doc = "The name of the image, with its registry.", mandatory = True),
    "os": attr.string(doc = "The GOOS that chooses in an image index; linux when empty."),
    "public_name": attr.string(doc = "The name given in MODULE.bazel, for messages.", mandatory = True),
    "tls_verify": attr.bool(doc = "TLS; plain HTTP otherwise.", default = True),
    "variant": attr.string(doc = "The variant of the architecture that chooses in an image index."),
}

def resolve_image(rctx, folder):
    """Downloads an image's manifest and config, or fails.

    Args:
      rctx: repository context with IMAGE_SOURCE_ATTRS.
      folder: string, where blobs go, the manifest among them, named by the digits of their digests.

    Returns:
      struct: session, digest and size and media_type (of the manifest), layers (list of dicts, descriptors), config
      (descriptor), diff_ids (list of strings), os, architecture and variant (strings).
    """
    attributes = rctx.attr
    where = 'pull.image(name = "{}")'.format(attributes.public_name)
    session = registry_session(rctx, where = where, image_name = attributes.image_name, tls_verify = attributes.tls_verify)
    rctx.report_progress("Reading the manifest of {}".format(attributes.image_name))
    manifest = _find_manifest(rctx, session, folder)
    config = manifest.content["config"]
    layers = manifest.content["layers"]
    download_blobs(session, [config], folder)
    text = rctx.read(_path(folder, config["digest"]), watch = "no")
    described = parse_config(text, len(layers))
    problem = described.problem
    if not problem and len(text) != config["size"]:
        problem = "it has {} bytes, but the manifest says {}".format(len(text), config["size"])
    if problem:
        fail("{}: config {} of {}: {}".format(where, config["digest"], attributes.image_name, problem))
    _check_platform(attributes, where, described)
    return struct(
        architecture = described.architecture,
        config = config,
        diff_ids = described.diff_ids,
        digest = manifest.digest,
        layers = layers,
        media_type = manifest.media_type,
        os = described.os,
        session = session,
        size = manifest.size,
        variant = described.variant,
    )

def _path(folder, digest):
    return "{}/{}".format(folder, digest.removeprefix("sha256:"))

def _find_manifest(rctx, session, folder):
    digest, media_type, size = rctx.attr.image_digest, None, None
    for _ in range(_MOST_INDEXES + 1):
        text = download_manifest(session, digest, _path(folder, digest))
        manifest = parse_manifest(text, media_type)
        name = "{} {} of {}".format("index" if manifest.index else "manifest", digest, rctx.attr.image_name)
        problem = manifest.problem
        if not problem and size != None and len(text) != size:
            problem = "it has {} bytes, but the index that lists it says {}".format(len(text), size)
        if problem:
            fail("{}: {}: {}".format(session.where, name, problem))
        if not manifest.index:
            return struct(content = manifest.content, digest = digest, media_type = manifest.media_type, size = len(text))
        chosen = choose_manifest(
            manifest.content,
            os = rctx.attr.os or "linux",
            arch = rctx.attr.arch or host_architecture(rctx.os.arch),
            variant = rctx.attr.variant,
        )
        if chosen.problem:
            fail("{}: {}: {}".format(session.where, name, chosen.problem))
        rctx.delete(_path(folder, digest))
        digest, media_type, size = chosen.descriptor["digest"], chosen.descriptor.get("mediaType"), chosen.descriptor["size"]
    fail("{}: {} of {}: image indexes are nested deeper than the depth limit of {}".format(session.where, digest, rctx.attr.image_name, _MOST_INDEXES))

def _check_platform(attributes, where, described):
    """An image that no index lists is taken whatever its platform, but not against what is asked for."""
    for attribute, want, got in [("os", attributes.os, described.os), ("arch", attributes.arch, described.architecture)]:
        if want and want != got:
            fail('{}: {} = "{}", but {} at {} is for {}/{}'.format(
                where,
                attribute,
                want,
                attributes.image_name,
                attributes.image_digest,
                described.os,
                described.architecture,
            ))
