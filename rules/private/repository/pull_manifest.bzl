"""What manifests, image indexes and configs say, and what is wrong with them.

Follows the OCI image specification v1.1, "Image Index", "Image Manifest" and "Image Configuration", and Docker's
"Image Manifest Version 2, Schema 2".
"""

load("//rules/private/repository:pull_reference.bzl", "digest_problem")

_OCI_INDEX = "application/vnd.oci.image.index.v1+json"
_OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
_DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
_SCHEMA1 = "application/vnd.docker.distribution.manifest.v1+"

MANIFEST_TYPES = [_OCI_INDEX, _OCI_MANIFEST, _DOCKER_LIST, _DOCKER_MANIFEST]

_CONFIG_TYPES = ["application/vnd.oci.image.config.v1+json", "application/vnd.docker.container.image.v1+json"]
_LAYER_TYPES = [
    "application/vnd.oci.image.layer.v1.tar",
    "application/vnd.oci.image.layer.nondistributable.v1.tar",
    "application/vnd.docker.image.rootfs.diff.tar",
    "application/vnd.docker.image.rootfs.foreign.diff.tar",
]
_COMPRESSIONS = ["", ".gzip", "+gzip", ".zstd", "+zstd"]

_MOST_BYTES = 4 * 1024 * 1024

def parse_manifest(text, media_type = None):
    """Reads a manifest or an image index.

    Args:
      text: string.
      media_type: string, what the index that lists it says that it is.

    Returns:
      struct: problem (string or None), index (bool), media_type (string) and content (dict).
    """
    content = json.decode(text, default = None) if len(text) <= _MOST_BYTES else None
    problem = None
    found = media_type
    if len(text) > _MOST_BYTES:
        problem = "it has {} bytes, the limit is {}".format(len(text), _MOST_BYTES)
    elif type(content) != "dict":
        problem = "it is a web page, not JSON" if text.strip()[:1] == "<" else "it is not JSON of a manifest"
    else:
        found = content.get("mediaType") or media_type or (_OCI_MANIFEST if "config" in content else _OCI_INDEX)
        problem = _manifest_problem(content, found, media_type)
    return struct(content = content, index = found in [_OCI_INDEX, _DOCKER_LIST], media_type = found, problem = problem)

def _manifest_problem(content, found, said):
    if found.startswith(_SCHEMA1) or content.get("schemaVersion") == 1:
        return "unsupported (schema 1): it is a manifest of Docker before 1.10: pull the image with Docker and push it again"
    if said and found != said:
        return "its media type is {}, but the index that lists it says {}".format(found, said)
    if found not in MANIFEST_TYPES:
        return "its media type, {}, is not that of an image: want one of {}".format(found, ", ".join(MANIFEST_TYPES))
    if found in [_OCI_INDEX, _DOCKER_LIST]:
        return _index_problem(content.get("manifests"))
    return _image_problem(content.get("config"), content.get("layers"))

def _index_problem(manifests):
    if type(manifests) != "list":
        return 'it is an image index without "manifests"'
    for number, descriptor in enumerate(manifests):
        problem = _descriptor_problem(descriptor)
        if problem:
            return "manifest {} of {}: {}".format(number + 1, len(manifests), problem)
    return None

def _image_problem(config, layers):
    problem = _descriptor_problem(config)
    if problem:
        return "config: " + problem
    kind = config.get("mediaType")
    if kind not in _CONFIG_TYPES:
        return "it is not an image: the media type of its config is {}, want one of {}".format(kind, ", ".join(_CONFIG_TYPES))
    if type(layers) != "list":
        return 'it has no "layers"'
    for number, descriptor in enumerate(layers):
        problem = _descriptor_problem(descriptor) or _layer_problem(descriptor.get("mediaType"))
        if problem:
            return "layer {} of {}: {}".format(number + 1, len(layers), problem)
    return None

def _layer_problem(media_type):
    if media_type in [kind + compression for kind in _LAYER_TYPES for compression in _COMPRESSIONS]:
        return None
    return "its media type, {}, is not that of a layer".format(media_type)

def _descriptor_problem(descriptor):
    if type(descriptor) != "dict" or type(descriptor.get("digest")) != "string":
        return "it has no digest"
    problem = digest_problem(descriptor["digest"])
    if problem:
        return 'the digest "{}": {}'.format(descriptor["digest"], problem)
    size = descriptor.get("size")
    if type(size) != "int" or size < 0:
        return 'its "size" is {}, want a number of bytes'.format(repr(size))
    return None

def is_foreign(descriptor):
    """Whether a layer is one that registries need not have.

    Args:
      descriptor: dict.

    Returns:
      bool.
    """
    return bool(descriptor.get("urls")) or "foreign" in descriptor["mediaType"] or "nondistributable" in descriptor["mediaType"]

def choose_manifest(index, *, os, arch, variant):
    """Chooses an image of an index by its platform.

    Without a variant the image that names none is the one, or the one of the variant that is meant by none (v8 of
    arm64, v1 of amd64), or else the only one. Of an index with one image, of which nothing is said, it is that.

    Args:
      index: dict.
      os: string, a GOOS.
      arch: string, a GOARCH.
      variant: string, may be empty.

    Returns:
      struct: descriptor (dict) or problem (string); the other is None.
    """
    images = [descriptor for descriptor in index["manifests"] if not _is_attestation(descriptor)]
    ours = [descriptor for descriptor in images if _platform(descriptor)[:2] == (os, arch)]
    plain = [variant] if variant else [""]
    if arch in _PLAIN_VARIANTS and plain[0] in ["", _PLAIN_VARIANTS[arch]]:
        plain = ["", _PLAIN_VARIANTS[arch]]
    for wanted in plain:
        for descriptor in ours:
            if _platform(descriptor)[2] == wanted:
                return struct(descriptor = descriptor, problem = None)
    variants = {_platform(descriptor)[2]: descriptor for descriptor in ours}
    if len(variants) == 1 and not variant:
        return struct(descriptor = ours[0], problem = None)
    if len(images) == 1 and not _name(_platform(images[0])):
        # Nothing is said of it; its config says it.
        return struct(descriptor = images[0], problem = None)
    there = ", ".join(sorted({_name(_platform(descriptor)) or "(no platform)": None for descriptor in images}.keys())) or "nothing"
    if variants and not variant:
        return struct(descriptor = None, problem = "it has several images for {}: choose one with variant; there are images for {}".format(_name((os, arch, "")), there))
    return struct(descriptor = None, problem = "it has no image for {}: there are images for {}".format(_name((os, arch, variant)), there))

_PLAIN_VARIANTS = {"amd64": "v1", "arm64": "v8"}

def _is_attestation(descriptor):
    annotations = descriptor.get("annotations") or {}
    return annotations.get("vnd.docker.reference.type") == "attestation-manifest" or _platform(descriptor)[:2] == ("unknown", "unknown")

def _platform(descriptor):
    platform = descriptor.get("platform") or {}
    return (platform.get("os", ""), platform.get("architecture", ""), platform.get("variant") or "")

def _name(platform):
    return "/".join([part for part in platform if part])

def parse_config(text, layers):
    """Reads an image's config.

    Args:
      text: string.
      layers: int, the number of layers in the manifest.

    Returns:
      struct: problem (string or None), os, architecture and variant (strings), diff_ids (list of strings).
    """
    content = json.decode(text, default = None)
    if type(content) != "dict":
        return struct(problem = "it is not JSON of an image's config", os = None, architecture = None, variant = None, diff_ids = None)
    rootfs = content.get("rootfs")
    diff_ids = rootfs.get("diff_ids") if type(rootfs) == "dict" else None
    problem = None
    if type(content.get("os")) != "string" or not content["os"]:
        problem = 'it has no "os"'
    elif type(content.get("architecture")) != "string" or not content["architecture"]:
        problem = 'it has no "architecture"'
    elif type(diff_ids) != "list":
        problem = 'it has no "rootfs" with "diff_ids"'
    elif len(diff_ids) != layers:
        problem = "it has {} diff IDs, and the manifest {} layers".format(len(diff_ids), layers)
    elif any([type(diff_id) != "string" for diff_id in diff_ids]):
        problem = "its diff IDs are not texts"
    return struct(
        architecture = content.get("architecture"),
        diff_ids = diff_ids,
        os = content.get("os"),
        problem = problem,
        variant = content.get("variant") or "",
    )
