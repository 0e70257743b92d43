"""nix_derivation: a store derivation and what it is built from."""

load("//rules/private/providers:nix_derivation_info.bzl", "NixDerivationInfo")
load("//rules/private/providers:store_object_info.bzl", "StoreObjectInfo")

_HASH = 32

def _nix_derivation_impl(ctx):
    return [
        NixDerivationInfo(
            allow_undeclared_references = ctx.attr.allow_undeclared_references,
            drv = ctx.file.drv,
            inputs = [dep[StoreObjectInfo] for dep in ctx.attr.inputs],
            name = ctx.attr.derivation_name or _name(ctx.file.drv.basename),
        ),
        DefaultInfo(files = depset([ctx.file.drv])),
    ]

def _name(basename):
    name = basename.removesuffix(".json").removesuffix(".drv")
    return name[_HASH + 1:] if len(name) > _HASH + 1 and name[_HASH] == "-" else name

nix_derivation = rule(
    implementation = _nix_derivation_impl,
    doc = """A store derivation of Nix with the store objects that it is built from, for `stream_nix_shell_image`.

The tag `nix.derivation` of the module extension makes one of a derivation in
the machine's own store. Where there is no Nix, give the objects of a lock file:

```starlark
nix_derivation(
    name = "hello_drv",
    drv = "hello.drv",
    inputs = ["@nixpkgs//:stdenv", "@nixpkgs//:hello-source"],
)
```
""",
    attrs = {
        "allow_undeclared_references": attr.bool(
            doc = "Does not check that every store object which the derivation mentions is in the closure of `inputs`: `True`.",
        ),
        "derivation_name": attr.string(doc = "The derivation's name; by default that of the file, without the hash and .drv: `\"hello-2.12\"`."),
        "drv": attr.label(
            doc = "The derivation: a .drv of the store, or what `nix derivation show` prints (.json): `\"hello.drv\"`.",
            allow_single_file = [".drv", ".json"],
            mandatory = True,
        ),
        "inputs": attr.label_list(
            doc = "The store objects that it is built from: its sources and the outputs of other derivations: `[\"@nixpkgs//:stdenv\"]`.",
            providers = [StoreObjectInfo],
        ),
    },
    provides = [NixDerivationInfo],
)
