"""NixDerivationInfo: a store derivation and what it is built from."""

_DOC = """A store derivation of Nix.

Follows the Nix manual, section "Store Derivation".
"""

_FIELDS = {
    "allow_undeclared_references": "bool: the derivation may mention store objects that are not in the closure of its inputs.",
    "drv": "File: the derivation, as Nix keeps it (.drv) or as `nix derivation show` prints it (.json).",
    "inputs": "list of StoreObjectInfo: its sources and the outputs of other derivations that it is built from.",
    "name": "string: the derivation's name.",
}

NixDerivationInfo = provider(doc = _DOC, fields = _FIELDS)
