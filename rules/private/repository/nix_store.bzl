"""A repository with the closure of some store paths of the machine's own Nix store."""

def _nix_store_impl(rctx):
    nix_store = rctx.which("nix-store")
    if not nix_store:
        fail("nix.store(name = \"{}\"): nix-store is not in PATH: install Nix, or give the objects as NARs (nar_store_object)".format(rctx.attr.public_name))
    roots = {path: _resolve(rctx, path) for path in rctx.attr.paths}
    rctx.report_progress("Asking Nix for the closure")
    requisites = _lines(_run(rctx, [nix_store, "--query", "--requisites"] + roots.values()))
    objects = _registrations(_run(rctx, [nix_store, "--dump-db"] + requisites))
    _dump(rctx, nix_store, objects)
    rctx.file("BUILD.bazel", _build_file(objects, _aliases(objects, roots)))
    rctx.file("REPO.bazel", "")

def _resolve(rctx, path):
    at = path if path.startswith("/") else str(rctx.workspace_root) + "/" + path
    store_dir = rctx.attr.store_dir
    if not at.startswith(store_dir + "/"):
        at = _run(rctx, ["realpath", "-e", at]).strip()
    if not at.startswith(store_dir + "/"):
        fail("nix.store(name = \"{}\"): {} leads to {}, which is not in {}".format(rctx.attr.public_name, path, at, store_dir))
    return store_dir + "/" + at[len(store_dir) + 1:].split("/")[0]

def _run(rctx, command):
    result = rctx.execute(command, timeout = 3600)
    if result.return_code != 0:
        fail("nix.store(name = \"{}\"): {}: exit status {}:\n{}".format(
            rctx.attr.public_name,
            " ".join([str(word) for word in command]),
            result.return_code,
            result.stderr,
        ))
    return result.stdout

def _lines(text):
    return [line for line in text.split("\n") if line]

def _registrations(text):
    """Parses `nix-store --dump-db`: for each path NAR hash, NAR size, deriver, number of references, references.

    Args:
      text: string.

    Returns:
      dict from store path to its references, without the path itself.
    """
    lines = text.split("\n")
    objects = {}
    at = 0
    for _ in range(len(lines)):
        if at + 4 >= len(lines):
            break
        path = lines[at]
        count = int(lines[at + 4])
        objects[path] = lines[at + 5:at + 5 + count]
        at += 5 + count
    return objects

def _dump(rctx, nix_store, objects):
    rctx.file("nar/.keep", "")
    for number, path in enumerate(objects):
        rctx.report_progress("Dumping {} of {}: {}".format(number + 1, len(objects), path))
        _run(rctx, ["sh", "-c", 'exec "$1" --dump "$2" > "$3"', "dump", nix_store, path, "nar/{}.nar".format(_base(path))])

def _base(path):
    return path.split("/")[-1]

def _name(path):
    return _base(path)[33:]

def _aliases(objects, roots):
    """Short names for the roots: that of the link that led to it, and its own without the hash. The first to ask has it.

    Args:
      objects: dict whose keys are the store paths of the closure.
      roots: dict from the paths that the user gave to store paths.

    Returns:
      dict from target names to store paths.
    """
    links = [(_base(given), path) for given, path in roots.items() if given not in objects]
    packages = [(_name(path), path) for path in roots.values()]
    taken = {_base(path): None for path in objects}
    aliases = {}
    for name, path in links + packages:
        if name not in taken and name not in aliases:
            aliases[name] = path
    return aliases

def _build_file(objects, aliases):
    text = [
        'load("@rules_strata//rules:defs.bzl", "nar_store_object")',
        'package(default_visibility = ["//visibility:public"])',
    ]
    for path, references in objects.items():
        # Nix has searched them: other paths that they mention, as Nix's own help does, are not references.
        text.append("nar_store_object(name = {}, nar = {}, store_path = {}, references = {}, deps = {}, allow_undeclared_references = True)".format(
            repr(_base(path)),
            repr("nar/{}.nar".format(_base(path))),
            repr(path),
            [path] if path in references else [],
            [":" + _base(reference) for reference in references if reference != path],
        ))
    for name, path in aliases.items():
        text.append("alias(name = {}, actual = {})".format(repr(name), repr(":" + _base(path))))
    return "\n".join(text) + "\n"

nix_store = repository_rule(
    implementation = _nix_store_impl,
    doc = "Imports store paths with their closures from the machine's own Nix store, as NARs.",
    attrs = {
        "paths": attr.string_list(doc = "Store paths, or links to them, absolute or relative to the workspace.", mandatory = True),
        "public_name": attr.string(doc = "The name given in MODULE.bazel, for messages.", mandatory = True),
        "store_dir": attr.string(doc = "The absolute store directory.", default = "/nix/store"),
    },
    environ = ["PATH", "NIX_REMOTE", "NIX_STORE_DIR", "NIX_STATE_DIR"],
    local = True,
)
