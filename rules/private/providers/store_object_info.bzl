"""StoreObjectInfo: one store object and, transitively, its closure."""

_DOC = """A store object: an immutable tree, file or symlink at an absolute store path.

Follows the Nix manual, section "Store Object".
"""

# A closure's elements are without their own closures, which they are in. Each
# is in the one depset of its object, which is what others refer to: an element
# that were given to a depset by every object that refers to it would be compared
# as often, field by field.
_FIELDS = {
    "allow_undeclared_references": "bool: the object may mention store paths that are not in `references`.",
    "closure": "depset of StoreObjectInfo: `transitive` and the object itself; made from the other fields, None in the elements of depsets and where `transitive` is empty.",
    "has_deps": "bool: the target that declares the object has an attribute for its references; an ordinary target in `contents` has none.",
    "image_root": "string: the directory of an image, an absolute path, that the object's files are placed in together with those of others (binary_closure); None for an object at its store path.",
    "info": "File: JSON with the object's NAR hash and NAR size (bytes). Made only when something asks for it.",
    "label": "Label: the target that declares the object.",
    "layer": "LayerInfo: the layer that holds this object alone, with the default owner and time.",
    "listing": "File: the object's tree in the format of mtree(5): paths, types, modes and link targets; no bytes of files.",
    "mutable": "bool: the store path does not determine the bytes (objects of Bazel targets); False for objects of Nix.",
    "origin": "string: what is built together with the object and so changes together with it: \"@repository\", \"//package\", or the label of a target in one; None for objects of Nix, whose names tell.",
    "references": "tuple of strings: the store paths that the object refers to directly, sorted.",
    "source": "struct (see object_source.bzl): where the object's bytes come from: a NAR or Files of Bazel targets.",
    "store_path": "string: the object's absolute store path.",
    "transitive": "depset of StoreObjectInfo: the closure of the object's references, without the object itself; empty for the objects of a binary_closure's runfiles, which are all in that of its own.",
}

def _with_closure(**fields):
    transitive = fields["transitive"]
    if not transitive:
        return fields | {"closure": None}
    return fields | {"closure": depset([store_object_element(closure = None, **fields)], transitive = [transitive], order = "postorder")}

# The second makes what is only in depsets, with all fields given.
StoreObjectInfo, store_object_element = provider(doc = _DOC, fields = _FIELDS, init = _with_closure)

def closure_of(infos):
    """The closure of some store objects: themselves and all that they refer to.

    Args:
      infos: list of StoreObjectInfo.

    Returns:
      depset of StoreObjectInfo, dependencies first.
    """
    return depset(
        [info for info in infos if not info.closure],
        transitive = [info.closure or info.transitive for info in infos],
        order = "postorder",
    )
