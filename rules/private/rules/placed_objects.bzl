"""The objects of several programs in one image: one for each set of files."""

load("//rules/private/providers:store_object_info.bzl", "store_object_element")

def with_references(info, references):
    """An object of a program's runfiles with other references, as an element of depsets.

    Args:
      info: StoreObjectInfo.
      references: list of store paths, each once.

    Returns:
      StoreObjectInfo.
    """
    return store_object_element(
        allow_undeclared_references = info.allow_undeclared_references,
        closure = None,
        has_deps = info.has_deps,
        image_root = info.image_root,
        info = info.info,
        label = info.label,
        layer = info.layer,
        listing = info.listing,
        mutable = info.mutable,
        origin = info.origin,
        references = tuple(sorted(references)),
        source = info.source,
        store_path = info.store_path,
        transitive = info.transitive,
    )

def merge_placed(infos):
    """Makes one object of those that programs have in common.

    Two programs may each have declared an object of the same files; and each has
    its own idea of what a group refers to, since that depends on which of the
    groups have files. The one object refers to all of it.

    Args:
      infos: list of StoreObjectInfo.

    Returns:
      list of StoreObjectInfo; None where there are not several programs.
    """
    groups = [info for info in infos if info.image_root and _is_group(info)]
    programs = [info for info in infos if info.image_root and not _is_group(info)]
    if len(programs) < 2:
        return None
    kept = {}
    path_of = {}
    references = {}
    for info in groups:
        # Files of one origin and root, so there are few to compare with.
        alike = kept.setdefault((info.image_root, info.origin), [])
        same = [other for other in alike if _same_files(other, info)]
        if not same:
            alike.append(info)
        one = same[0] if same else info
        path_of[info.store_path] = one.store_path
        references.setdefault(one.store_path, {}).update({path: None for path in info.references})

    def merged(info, mentioned):
        known = {path_of.get(path, path): None for path in mentioned}
        known.pop(info.store_path, None)
        return with_references(info, known.keys())

    return (
        [info for info in infos if not info.image_root] +
        [merged(info, references[info.store_path]) for alike in kept.values() for info in alike] +
        [merged(info, info.references) for info in programs]
    )

def _is_group(info):
    # That of a program itself has all of them in its closure.
    return not info.transitive

def _same_files(some, others):
    return some.source.files == others.source.files or some.source.files.to_list() == others.source.files.to_list()
