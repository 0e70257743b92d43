"""Reads nix.lock.json, which pins the store objects that come from binary caches (docs/nix-lock.schema.json)."""

load("//rules/private/values:store_path.bzl", "is_store_path")

COMPRESSIONS = ["bzip2", "gzip", "none", "xz", "zstd"]

# The platforms of Nix that packages can be locked for, and "any".
SYSTEMS = ["aarch64-darwin", "aarch64-linux", "any", "x86_64-darwin", "x86_64-linux"]

_FIELDS = {
    "caches": "list",
    "objects": "dict",
    "packages": "dict",
    "store_dir": "string",
    "trusted_public_keys": "list",
    "version": "int",
}

_OBJECT_FIELDS = {
    "cache": "string",
    "compression": "string",
    "file_hash": "string",
    "file_size": "int",
    "nar_hash": "string",
    "nar_size": "int",
    "references": "list",
    "url": "string",
}

_OPTIONAL_OBJECT_FIELDS = {
    "content_address": "string",
    "signatures": "list",
}

def read_lock(name, text):
    """Reads and checks the text of a lock file.

    Args:
      name: string, what messages call the file.
      text: string.

    Returns:
      dict as the format says. Of each object, content_address ("") and
      signatures ([]) are there too.
    """
    lock = json.decode(text, default = None)
    if type(lock) != "dict":
        fail("{}: not JSON: `bazel run @rules_strata//tools:nix_lock -- verify --lock FILE` says where".format(name))
    if lock.get("version") != 1:
        fail("{}: version: got {}, want 1: it was written by another release".format(name, repr(lock.get("version"))))
    _check_fields(name, "", lock, _FIELDS, {"$schema": "string"})
    check_caches(name + ": caches", lock["caches"])
    check_keys(name + ": trusted_public_keys", lock["trusted_public_keys"])
    for path, object in lock["objects"].items():
        _check_object(name, lock, path, object)
        object.setdefault("content_address", "")
        object.setdefault("signatures", [])
    if "closure" in lock["packages"]:
        fail('{}: packages: "closure" is the name of the target with all packages: give the package another name (NAME=STORE_PATH)'.format(name))
    for package, systems in lock["packages"].items():
        _check_package(name, lock, package, systems)
    _check_acyclic(name, lock["objects"])
    return lock

def check_caches(where, caches):
    """Fails unless all are URLs that a cache can have.

    Args:
      where: string, what messages begin with.
      caches: list of strings.
    """
    for cache in caches:
        scheme, _, rest = cache.partition("://")
        if scheme not in ["file", "http", "https"] or not rest:
            fail('{}: "{}" is not the URL of a binary cache: want https://, http:// or file://'.format(where, cache))

def check_keys(where, keys):
    """Fails unless all have the form of public keys of Nix.

    Args:
      where: string, what messages begin with.
      keys: list of strings.
    """
    for key in keys:
        name, _, base64 = key.partition(":")
        if not name or len(base64) != 44:
            fail('{}: "{}" is not a public key: want NAME:BASE64, with 44 characters after the colon'.format(where, key))

def _check_object(name, lock, path, object):
    where = "objects: {}".format(path)
    if not is_store_path(lock["store_dir"], path):
        fail("{}: {}: not a store path in {}".format(name, where, lock["store_dir"]))
    if type(object) != "dict":
        fail("{}: {}: want an object".format(name, where))
    _check_fields(name, where + ": ", object, _OBJECT_FIELDS, _OPTIONAL_OBJECT_FIELDS)
    if object["compression"] not in COMPRESSIONS:
        fail('{}: {}: compression: got "{}", want one of {}'.format(name, where, object["compression"], ", ".join(COMPRESSIONS)))
    for field in ["file_hash", "nar_hash"]:
        if not object[field].startswith("sha256-") or len(object[field]) != len("sha256-") + 44:
            fail('{}: {}: {}: "{}" is not "sha256-" and 44 characters of base64'.format(name, where, field, object[field]))
    for reference in object["references"]:
        if reference not in lock["objects"]:
            fail("{}: {}: references: {} is not in the lock: run `bazel run @rules_strata//tools:nix_lock -- update`".format(name, where, reference))

def _check_package(name, lock, package, systems):
    where = "packages: {}".format(package)
    if type(systems) != "dict" or not systems:
        fail("{}: {}: want a dict from systems to store paths".format(name, where))
    for system, path in systems.items():
        if system not in SYSTEMS:
            fail('{}: {}: got the system "{}", want one of {}'.format(name, where, system, ", ".join(SYSTEMS)))
        if path not in lock["objects"]:
            fail("{}: {}: {}: {} is not among the objects".format(name, where, system, path))
    if "any" in systems and len(systems) > 1:
        fail('{}: {}: "any" stands alone'.format(name, where))

def _check_fields(name, where, value, required, optional):
    for field, kind in (required | optional).items():
        if field not in value:
            if field in required:
                fail("{}: {}{} is missing".format(name, where, field))
            continue
        if type(value[field]) != kind:
            fail("{}: {}{}: want a {}".format(name, where, field, kind))
        if kind == "list" and [item for item in value[field] if type(item) != "string"]:
            fail("{}: {}{}: want strings".format(name, where, field))
    for field in value:
        if field not in required and field not in optional:
            fail("{}: {}{} is not a field: have {}".format(name, where, field, ", ".join(sorted(required.keys() + optional.keys()))))

def _check_acyclic(name, objects):
    """Fails when objects refer to one another in a circle, which no Nix store has."""
    references = {
        path: {reference: None for reference in object["references"] if reference != path}
        for path, object in objects.items()
    }

    # First without what leads to no circle, then without what is reached from none.
    left = _without_ends(_without_ends(references))
    if left:
        fail("{}: objects: these refer to one another in a circle: {}".format(name, ", ".join(sorted(left)[:5])))

def _without_ends(graph):
    """Takes nodes without edges away until none is left, and turns the edges of the others round."""
    reversed = {node: {} for node in graph}
    for node, targets in graph.items():
        for target in targets:
            reversed[target][node] = None
    waiting = {node: len(targets) for node, targets in graph.items()}
    ready = [node for node, count in waiting.items() if count == 0]
    for _ in range(len(graph)):
        if not ready:
            break
        done = ready.pop()
        waiting.pop(done)
        for source in reversed[done]:
            waiting[source] -= 1
            if waiting[source] == 0:
                ready.append(source)
    return {node: {source: None for source in reversed[node] if source in waiting} for node in waiting}
