"""A repository with the closure of some store paths of the machine's own Nix store."""

load("//rules/private/repository:nix_closure.bzl", "import_closure")
load("//rules/private/repository:nix_command.bzl", "NIX_ENVIRONMENT")
load("//rules/private/repository:package_names.bzl", "base_name", "free_name")

def _nix_store_impl(rctx):
    tag = 'nix.store(name = "{}")'.format(rctx.attr.public_name)
    roots = {}
    for path in rctx.attr.paths:
        object = _resolve(rctx, tag, path)
        roots[free_name(roots, object, [base_name(path.rstrip("/"))])] = object
    import_closure(rctx, tag, roots, allow_undeclared_references = rctx.attr.allow_undeclared_references)

# Follows links up to the first that is in the store: an object may be a link
# itself.
_FOLLOW = """
at=$1
for step in 1 2 3 4 5 6 7 8 9 10; do
  folder=$(realpath -e -- "$(dirname -- "$at")") || exit
  at=${folder%/}/$(basename -- "$at")
  case $at in
    "$2"/*) break ;;
  esac
  link=$(readlink -- "$at") || break
  case $link in
    /*) at=$link ;;
    *) at=$folder/$link ;;
  esac
done
[ -L "$at" ] || [ -e "$at" ] || realpath -e -- "$at" || exit
printf '%s' "$at"
"""

def _resolve(rctx, tag, path):
    at = path if path.startswith("/") else "{}/{}".format(rctx.workspace_root, path)
    store_dir = rctx.attr.store_dir
    if not at.startswith(store_dir + "/"):
        # Where the link leads to is read again when it leads elsewhere.
        rctx.watch(at)
    result = rctx.execute(["sh", "-c", _FOLLOW, "follow", at, store_dir])
    if result.return_code != 0:
        fail("{}: paths: {}: {}: give a store path, or a link to one, such as nix-build makes".format(tag, path, result.stderr.strip()))
    at = result.stdout
    if not at.startswith(store_dir + "/"):
        fail("{}: {} leads to {}, which is not in {}".format(tag, path, at, store_dir))
    return store_dir + "/" + at[len(store_dir) + 1:].split("/")[0]

nix_store = repository_rule(
    implementation = _nix_store_impl,
    doc = "Imports store paths with their closures from the machine's own Nix store, as NARs.",
    attrs = {
        "allow_undeclared_references": attr.string_list(doc = "Patterns over names of objects that may mention store paths which are not among their references."),
        "paths": attr.string_list(doc = "Store paths, or links to them, absolute or relative to the workspace.", mandatory = True),
        "public_name": attr.string(doc = "The name given in MODULE.bazel, for messages.", mandatory = True),
        "store_dir": attr.string(doc = "The absolute store directory.", default = "/nix/store"),
    },
    environ = NIX_ENVIRONMENT,
    local = True,
)
