"""The module extension `nix`: store objects of Nix as targets."""

load("//rules/private/repository:nix_build.bzl", "nix_build")
load("//rules/private/repository:nix_derivation.bzl", "nix_derivation_repository")
load("//rules/private/repository:nix_lock_file.bzl", "check_caches", "check_keys", "read_lock")
load("//rules/private/repository:nix_locked_objects.bzl", "hub_build_file", "merge_objects", "object_build_file", "object_repository")
load("//rules/private/repository:nix_object_repository.bzl", "nix_object_repository")
load("//rules/private/repository:nix_package.bzl", "nix_package")
load("//rules/private/repository:nix_store.bzl", "nix_store")

_NAME = {
    "name": attr.string(
        doc = "The repository's name. All modules share these names: one that others depend on begins it with its own name.",
        mandatory = True,
    ),
}

_ALLOW = {
    "allow_undeclared_references": attr.string_list(
        doc = 'Patterns over names of objects ("nix-2.*"; `*` is any text) that may mention store paths which are not among their references; of others that is an error.',
    ),
}

_lock = tag_class(
    doc = """Store objects that a lock file pins and binary caches have. Nix need not be installed.

The lock file is made by `bazel run @rules_strata//tools:nix_lock`. The repository
has a target for each package of the lock, a target for each object, named like
the last component of its store path, and `closure`, which brings all packages
and links nothing.

```starlark
nix = use_extension("@rules_strata//rules:extensions.bzl", "nix")
nix.lock(
    name = "nixpkgs",
    lock_file = "//:nix.lock.json",
)
use_repo(nix, "nixpkgs")    # @nixpkgs//:hello
```

Nothing is downloaded until a target needs it; then Bazel's own downloader
fetches one file for each object of the closure, so that `--repository_cache`,
`--distdir`, credential helpers and downloader rewrites work.
""",
    attrs = _NAME | _ALLOW | {
        "caches": attr.string_list(
            doc = """URLs of caches to try before those of the lock: mirrors, with the same files. `file://%workspace%/` is the workspace's root.
Objects whose URL in the lock is absolute are not looked for there.""",
        ),
        "fetch": attr.string(
            doc = """Who downloads: "repository", Bazel's downloader when a target is analysed, or "action", a cached action that
may use the network, so that nothing is downloaded where a remote cache has its result. Logins come from the file that
NETRC names (`--action_env=NETRC`), the proxy and certificates from HTTPS_PROXY and SSL_CERT_FILE, passed on likewise. Of an object that several locks pin, the first lock says so.""",
            default = "repository",
            values = ["action", "repository"],
        ),
        "lock_file": attr.label(doc = "The lock file.", mandatory = True),
        "trusted_public_keys": attr.string_list(
            doc = "Keys (NAME:BASE64) of which one must have signed each object whose path is not made of its content. Default: those of the lock.",
        ),
    },
)

_store = tag_class(
    doc = """The closure of some paths of the machine's own Nix store.

Nix must be installed. The repository has one target for each store object of
the closure, named like the last component of its store path, for each of
`paths` aliases (the name of the link, the store path's name without its hash,
and that without its version), and `closure`, which brings all of them and links
nothing.

```starlark
nix = use_extension("@rules_strata//rules:extensions.bzl", "nix")
nix.store(
    name = "hello",
    paths = ["result"],   # the link that nix-build made
)
use_repo(nix, "hello")    # @hello//:hello, @hello//:hello-2.12, @hello//:result
```

The paths are read when the repository is fetched: at the first use, when a link
leads elsewhere, and again after `bazel shutdown`.
""",
    attrs = _NAME | _ALLOW | {
        "paths": attr.string_list(
            doc = "Store paths, or links to them, absolute or relative to the workspace.",
            mandatory = True,
        ),
        "store_dir": attr.string(doc = "The absolute store directory.", default = "/nix/store"),
    },
)

_build = tag_class(
    doc = """The closure of what Nix builds of an expression, a file or a flake.

Nix must be installed. The targets are those of `nix.store`, and one by the name
of each of `attrs`.

```starlark
nix = use_extension("@rules_strata//rules:extensions.bzl", "nix")
nix.build(
    name = "tools",
    file = "//:default.nix",
    attrs = ["hello", "coreutils"],
)
use_repo(nix, "tools")    # @tools//:hello
```

It is built again when a file changes that Nix said it evaluated or copied, any
file of a flake's folder, or one of `watch`, and after `bazel shutdown`. What else
an expression may read (`builtins.readFile`, the environment, channels, the
network) is not followed. Nix has an hour.
""",
    attrs = _NAME | _ALLOW | {
        "args": attr.string_list(doc = 'More arguments for Nix, such as ["--argstr", "version", "1"].'),
        "attr": attr.string(doc = "One attribute path to build: short for a list of one in `attrs`."),
        "attrs": attr.string_list(doc = "Attribute paths to build, each a target; default: the expression itself."),
        "expr": attr.string(doc = "A Nix expression; relative paths in it are relative to the workspace."),
        "file": attr.label(doc = "A file with a Nix expression."),
        "flake": attr.string(doc = 'A flake reference, such as "." or "nixpkgs" with attribute paths in `attrs`, or "nixpkgs#hello".'),
        "nix_path": attr.string_list(doc = 'Entries of the search path, such as "nixpkgs=/path/to/nixpkgs".'),
        "watch": attr.label_list(doc = "Files that Nix reads without saying so."),
    },
)

_derivation = tag_class(
    doc = """A derivation of the machine's own Nix store, for `stream_nix_shell_image`.

Nix must be installed. What the derivation is built from is realised and
imported with its closure; the derivation itself is not built. The targets are
those of `nix.store`, for each input, and the derivation by the repository's
name and by that of the .drv.

```starlark
nix = use_extension("@rules_strata//rules:extensions.bzl", "nix")
nix.derivation(
    name = "hello_drv",
    file = "//:default.nix",
    attr = "hello",
)
use_repo(nix, "hello_drv")    # @hello_drv
```
""",
    attrs = _NAME | _ALLOW | {
        "args": attr.string_list(doc = 'More arguments for nix-instantiate, such as ["--argstr", "version", "1"].'),
        "attr": attr.string(doc = "Attribute path of the derivation in `file` or `expr`."),
        "drv": attr.string(doc = "The path of a .drv in the store, or of a link to one, absolute or relative to the workspace."),
        "expr": attr.string(doc = "A Nix expression; relative paths in it are relative to the workspace."),
        "file": attr.label(doc = "A file with a Nix expression."),
        "nix_path": attr.string_list(doc = 'Entries of the search path, such as "nixpkgs=/path/to/nixpkgs".'),
        "watch": attr.label_list(doc = "Files that Nix reads without saying so."),
    },
)

def _nix_impl(mctx):
    names = {}
    direct = {False: [], True: []}
    locks = []
    for module in mctx.modules:
        for kind, tags in [("lock", module.tags.lock), ("store", module.tags.store), ("build", module.tags.build), ("derivation", module.tags.derivation)]:
            for tag in tags:
                where = 'nix.{}(name = "{}")'.format(kind, tag.name)
                if tag.name in names:
                    fail("{}: the module {} uses the name already: give it another; a module that others depend on begins the name with its own, \"MODULE_{}\"".format(where, names[tag.name] or "of the workspace", tag.name))
                if tag.name.startswith("nix_object_"):
                    fail("{}: names that begin with nix_object_ are taken: choose another".format(where))
                names[tag.name] = module.name
                if module.is_root:
                    direct[mctx.is_dev_dependency(tag)].append(tag.name)
                if kind == "lock":
                    locks.append(_read(mctx, tag))
                else:
                    _IMPORTS[kind](where, tag)
    _declare_locked(locks)
    return mctx.extension_metadata(
        reproducible = True,
        root_module_direct_deps = direct[False],
        root_module_direct_dev_deps = direct[True],
    )

def _read(mctx, tag):
    where = 'nix.lock(name = "{}")'.format(tag.name)
    check_caches(where + ": caches", tag.caches)
    check_keys(where + ": trusted_public_keys", tag.trusted_public_keys)
    name = str(tag.lock_file).removeprefix("@@")
    if not mctx.path(tag.lock_file).exists:
        fail("{}: there is no such file: make it with `bazel run @rules_strata//tools:nix_lock -- --cache URL --key KEY --out {} STORE_PATH...`".format(name, tag.lock_file.name))
    return struct(name = name, lock = read_lock(name, mctx.read(tag.lock_file)), tag = tag)

def _declare_locked(locks):
    for path, pinned in merge_objects(locks).items():
        nix_object_repository(
            name = object_repository(path),
            build_file = object_build_file(path, pinned),
            integrity = pinned.object["file_hash"],
            urls = pinned.urls if pinned.tag.fetch == "repository" else [],
        )
    for pinned in locks:
        nix_package(name = pinned.tag.name, build_file = hub_build_file(pinned.lock))

def _declare_store(where, tag):
    if not tag.paths:
        fail("{}: paths is empty: give store paths, or links to them".format(where))
    nix_store(
        name = tag.name,
        allow_undeclared_references = tag.allow_undeclared_references,
        paths = tag.paths,
        public_name = tag.name,
        store_dir = tag.store_dir,
    )

def _check_one(where, tag, names):
    given = [name for name in names if getattr(tag, name)]
    if len(given) != 1:
        fail("{}: give one of {}, not {}".format(where, ", ".join(names), " and ".join(given) or "none"))

def _declare_derivation(where, tag):
    _check_one(where, tag, ["drv", "expr", "file"])
    nix_derivation_repository(
        name = tag.name,
        allow_undeclared_references = tag.allow_undeclared_references,
        args = tag.args,
        attr = tag.attr,
        drv = tag.drv,
        expr = tag.expr,
        file = tag.file,
        nix_path = tag.nix_path,
        public_name = tag.name,
        watch = tag.watch,
    )

def _declare_build(where, tag):
    _check_one(where, tag, ["expr", "file", "flake"])
    attrs = tag.attrs + ([tag.attr] if tag.attr else [])
    if "#" in tag.flake and attrs:
        fail('{}: flake = "{}" has an attribute: give it in attrs, with the others'.format(where, tag.flake))
    nix_build(
        name = tag.name,
        allow_undeclared_references = tag.allow_undeclared_references,
        args = tag.args,
        attrs = attrs,
        expr = tag.expr,
        file = tag.file,
        flake = tag.flake,
        nix_path = tag.nix_path,
        public_name = tag.name,
        watch = tag.watch,
    )

_IMPORTS = {"build": _declare_build, "derivation": _declare_derivation, "store": _declare_store}

nix = module_extension(
    implementation = _nix_impl,
    doc = "Store objects of Nix as targets.",
    tag_classes = {"build": _build, "derivation": _derivation, "lock": _lock, "store": _store},
)
