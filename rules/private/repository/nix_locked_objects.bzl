"""The BUILD files of store objects that lock files pin."""

load("//rules/private/repository:package_names.bzl", "base_name", "name_part")
load("//rules/private/values:glob.bzl", "matches_any")

def object_repository(path):
    """The name of the repository that has an object.

    Args:
      path: string, store path.

    Returns:
      string.
    """
    return "nix_object_" + base_name(path)[:32]

def merge_objects(locks):
    """The objects of all locks, each path once.

    Args:
      locks: list of structs: name (string, the file), lock (dict from
        read_lock), tag (the tag nix.lock).

    Returns:
      dict from store path to struct: name and tag (of the first lock that pins
      it), object (dict of the lock), allow_undeclared_references (bool), urls,
      caches and keys (lists of strings).
    """
    objects = {}
    for pinned in locks:
        for path, object in pinned.lock["objects"].items():
            other = objects.get(path)
            if other and other.object["nar_hash"] != object["nar_hash"]:
                fail("{} and {} pin {} with different contents, {} and {}: lock one of them again".format(
                    other.name,
                    pinned.name,
                    path,
                    other.object["nar_hash"],
                    object["nar_hash"],
                ))
            if other and sorted(other.object["references"]) != sorted(object["references"]):
                fail("{} and {} pin {} with different references: lock one of them again".format(other.name, pinned.name, path))
            objects[path] = _with(other, pinned, path, object)
    return objects

def _with(other, pinned, path, object):
    """An object as another lock pins it too: the first says how it is fetched and whose signature it needs."""
    caches = pinned.tag.caches + [object["cache"]]
    urls = _urls(caches, object["url"])
    allowed = matches_any(name_part(path), pinned.tag.allow_undeclared_references)
    if not other:
        return struct(
            allow_undeclared_references = allowed,
            caches = caches,
            keys = pinned.tag.trusted_public_keys or pinned.lock["trusted_public_keys"],
            name = pinned.name,
            object = object,
            tag = pinned.tag,
            urls = urls,
        )
    same_file = other.object["file_hash"] == object["file_hash"]
    return struct(
        allow_undeclared_references = other.allow_undeclared_references or allowed,
        caches = {cache: None for cache in other.caches + caches}.keys(),
        keys = other.keys,
        name = other.name,
        object = other.object,
        tag = other.tag,
        urls = {url: None for url in other.urls + (urls if same_file else [])}.keys(),
    )

def _urls(caches, url):
    if "://" in url:
        return [url]
    return [cache.rstrip("/") + "/" + url for cache in {cache: None for cache in caches}]

def object_build_file(path, pinned):
    """The package of one object.

    Args:
      path: string, store path.
      pinned: struct from merge_objects.

    Returns:
      string.
    """
    object = pinned.object
    attributes = {
        "name": base_name(path),
        "allow_undeclared_references": pinned.allow_undeclared_references,
        "compression": object["compression"],
        "content_address": object["content_address"],
        "deps": [_label(reference) for reference in object["references"] if reference != path],
        "nar_hash": object["nar_hash"],
        "nar_size": str(object["nar_size"]),
        "refers_to_itself": path in object["references"],
        "signatures": object["signatures"],
        "store_path": path,
        "trusted_public_keys": pinned.keys,
    }
    if pinned.tag.fetch == "action":
        if [url for url in pinned.urls if url.startswith("file://%workspace%/")]:
            fail('nix.lock(name = "{}"): fetch = "action": {} is in a cache of the workspace, which actions do not see: use fetch = "repository"'.format(pinned.tag.name, path))
        attributes |= {"fetcher": "@rules_strata//tools:nix_lock", "caches": pinned.caches, "file_hash": object["file_hash"], "urls": pinned.urls}
    else:
        attributes["file"] = ":file"
    return _OBJECT.format(", ".join(["{} = {}".format(key, repr(value)) for key, value in attributes.items() if value]))

_OBJECT = """load("@rules_strata//rules/private/rules:nix_object.bzl", "nix_object")
package(default_visibility = ["//visibility:public"])
nix_object({})
"""

def _label(path):
    return "@{}//:{}".format(object_repository(path), base_name(path))

def hub_build_file(lock):
    """The package that users load from: aliases of packages and objects, and `closure`.

    Args:
      lock: dict from read_lock.

    Returns:
      string.
    """
    aliases = {base_name(path): {"any": path} for path in lock["objects"]} | lock["packages"]
    for systems in lock["packages"].values():
        name = name_part(systems.values()[0])
        if len(systems) == 1 and name != "closure":
            aliases.setdefault(name, systems)
    closure = {}
    for systems in lock["packages"].values():
        for system, path in systems.items():
            closure.setdefault(system, []).append(path)
    text = [
        'load("@rules_strata//rules/private/rules:object_closure.bzl", "object_closure")',
        'package(default_visibility = ["//visibility:public"])',
    ]
    for name, systems in aliases.items():
        labels = {system: _label(path) for system, path in systems.items()}
        text.append("alias(name = {}, actual = {})".format(repr(name), _select(name, labels)))
    anywhere = closure.pop("any", [])
    parts = [repr(_labels(anywhere))]
    if closure:
        parts.append(_select("closure", {system: _labels(paths) for system, paths in closure.items()}))
    text.append('object_closure(name = "closure", deps = {})'.format(" + ".join(parts)))
    return "\n".join(text) + "\n"

def _labels(paths):
    return [_label(path) for path in {path: None for path in paths}]

def _select(name, choices):
    if choices.keys() == ["any"]:
        return repr(choices["any"])
    return "select({}, no_match_error = {})".format(
        repr({"@rules_strata//rules/private/platform:{}".format(system): choice for system, choice in choices.items()}),
        repr("{} is locked for {}: lock it for the target platform too (nix_lock add --system)".format(name, ", ".join(sorted(choices)))),
    )
