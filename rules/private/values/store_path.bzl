"""Store paths of objects made by Bazel: known at analysis, from the label alone."""

# Nix's base32 alphabet, by value.
_ALPHABET = "0123456789abcdfghijklmnpqrsvwxyz"

# The hash is a polynomial in _BASE over the prime field of _PRIME elements,
# evaluated at the bytes of the text: a universal hash. Two texts of n bytes
# collide with a probability of about n / 2^160 over the choice of _BASE. It
# keeps apart labels, which nobody chooses to collide, and costs a tenth of
# what SHA-256 costs in Starlark; an image with two objects at one path is an
# error anyway.
_PRIME = (1 << 160) - 47
_BASE = 0x5deece66d1b0a7e3f1c6ef372fe94f82b9d4c3a1

_NAME_CHARACTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-._?="

def hash_base32(text):
    """A 160-bit hash of a text in Nix's base32.

    Args:
      text: string.

    Returns:
      string of 32 characters.
    """
    value = len(text)
    for character in text.elems():
        # The hash of a one-character string is its code.
        value = (value * _BASE + hash(character) + 1) % _PRIME
    return "".join([_ALPHABET[(value >> (5 * (31 - i))) & 31] for i in range(32)])

def module_identity(repo_name):
    """What a repository is called whatever the Bazel version: module and, for a repository of an extension, its name.

    Canonical names separate their parts by + or ~ and may hold the module's
    version; neither may reach a store path.

    Args:
      repo_name: string, Label.repo_name; empty for the root module.

    Returns:
      string, such as "" or "rules_go" or "rules_go/go_sdk/name".
    """
    parts = repo_name.replace("~", "+").split("+")
    module = "" if parts[0] == "_main" else parts[0]

    # <module><version>, or <module><version?><extension><repository>: a module
    # that is the root has no version.
    return "/".join([module] + parts[-2:]) if len(parts) > 2 else module

def object_name(name):
    """The name part of a store path for a target's name.

    Args:
      name: string, the name of a target.

    Returns:
      string: the last component, with what Nix does not allow replaced by a dash.
    """
    base = name.split("/")[-1].lstrip(".")
    return "".join([c if c in _NAME_CHARACTERS else "-" for c in base.elems()])[:211] or "object"

def bazel_store_path(*, store_dir, label, platform, salt, name = None):
    """The store path of an object made by a Bazel target.

    Args:
      store_dir: string, the absolute store directory.
      label: Label of the target.
      platform: TargetPlatformInfo of its configuration.
      salt: string, changes the hash and nothing else.
      name: string, the name in the path; the label's when None.

    Returns:
      string: /<store_dir>/<hash>-<name>.
    """
    identity = "\n".join([
        module_identity(label.repo_name),
        label.package,
        label.name,
        platform.os + "/" + platform.arch,
        salt,
    ])
    return "{}/{}-{}".format(store_dir, hash_base32(identity), object_name(name or label.name))

def check_store_path(label, attribute, directory, path):
    """Fails unless a string is a store path.

    Args:
      label: Label of the target, for the message.
      attribute: string, for the message.
      directory: string, the store directory.
      path: string.
    """
    if not is_store_path(directory, path):
        fail('{}: {}: "{}" is not a store path: want {}/<32 base32 characters>-<name>'.format(label, attribute, path, directory))

def is_store_path(directory, path):
    """Whether a string is a store path.

    Args:
      directory: string, the store directory.
      path: string.

    Returns:
      bool.
    """
    base = path.removeprefix(directory + "/")
    name = base[33:]
    return not (
        base == path or len(base) < 34 or base[32] != "-" or name[0] == "." or len(name) > 211 or
        base[:32].strip(_ALPHABET) or
        name.strip(_NAME_CHARACTERS)
    )
