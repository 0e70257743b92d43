"""The module extension `nix`: store objects of Nix as targets."""

load("//rules/private/repository:nix_store.bzl", "nix_store")

_store = tag_class(
    doc = """The closure of some paths of the machine's own Nix store.

Nix must be installed. The repository has one target for each store object of
the closure, named like the last component of its store path, and for each of
`paths` two aliases: the store path's name without its hash, and the name of the
link.

```starlark
nix = use_extension("@rules_strata//rules:extensions.bzl", "nix")
nix.store(
    name = "hello",
    paths = ["result"],   # the link that nix-build made
)
use_repo(nix, "hello")    # @hello//:hello-2.12, @hello//:result
```

The paths are read when the repository is fetched: at the first use, and again
after `bazel shutdown`.
""",
    attrs = {
        "name": attr.string(doc = "The repository's name.", mandatory = True),
        "paths": attr.string_list(
            doc = "Store paths, or links to them, absolute or relative to the workspace.",
            mandatory = True,
        ),
        "store_dir": attr.string(doc = "The absolute store directory.", default = "/nix/store"),
    },
)

def _nix_impl(mctx):
    names = {}
    for module in mctx.modules:
        for tag in module.tags.store:
            if tag.name in names:
                fail("nix.store(name = \"{}\"): modules {} and {} both use the name: change one".format(tag.name, names[tag.name], module.name))
            names[tag.name] = module.name
            nix_store(name = tag.name, public_name = tag.name, paths = tag.paths, store_dir = tag.store_dir)

nix = module_extension(
    implementation = _nix_impl,
    doc = "Store objects of Nix as targets.",
    tag_classes = {"store": _store},
)
