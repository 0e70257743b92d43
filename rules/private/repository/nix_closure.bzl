"""Imports the closure of store paths from the machine's own Nix store."""

load("//rules/private/repository:nix_command.bzl", "lines_of", "nix_program", "run_nix")
load("//rules/private/repository:nix_path_info.bzl", "parse_path_info", "parse_references")
load("//rules/private/repository:package_names.bzl", "base_name", "name_part", "package_name")
load("//rules/private/values:glob.bzl", "matches_any")

_REFERENCES_SCRIPT = """for path; do echo "= $path"; "$NIX_STORE" --query --references "$path" || exit; done"""

def import_closure(rctx, tag, roots, *, allow_undeclared_references, text = "", names = []):
    """Writes a repository with the closure of some store paths, each object as a NAR and a target.

    Args:
      rctx: repository context.
      tag: string, for messages.
      roots: dict from names to store paths: the targets besides those that the
        paths' own names give.
      allow_undeclared_references: list of strings, patterns over names of
        objects.
      text: string, more of the BUILD file.
      names: list of strings, the targets that `text` declares.
    """
    objects = _closure(rctx, tag, roots.values())
    _dump(rctx, tag, objects)
    rctx.file("BUILD.bazel", _build_file(objects, roots, allow_undeclared_references, names) + text, executable = False)
    rctx.file("REPO.bazel", "", executable = False)

def _closure(rctx, tag, paths):
    rctx.report_progress("Asking Nix for the closure")
    nix = rctx.which("nix")
    for shape in [[], ["--json-format", "2"]] if nix else []:
        result = rctx.execute([nix, "--extra-experimental-features", "nix-command", "path-info", "--json", "--recursive"] + shape + paths)
        objects = parse_path_info(result.stdout) if result.return_code == 0 else None
        if objects:
            return objects

    # Nix before 2.4, or one whose path-info has yet another shape.
    nix_store = nix_program(rctx, tag, "nix-store")
    requisites = lines_of(run_nix(rctx, tag, [nix_store, "--query", "--requisites"] + paths).stdout)
    return parse_references(run_nix(
        rctx,
        tag,
        ["sh", "-c", _REFERENCES_SCRIPT, "references"] + requisites,
        environment = {"NIX_STORE": str(nix_store)},
    ).stdout)

def _dump(rctx, tag, objects):
    nix_store = nix_program(rctx, tag, "nix-store")
    rctx.file("nar/.keep", "", executable = False)
    for number, path in enumerate(objects):
        rctx.report_progress("Dumping {} of {}: {}".format(number + 1, len(objects), path))
        run_nix(rctx, tag, ["sh", "-c", 'exec "$1" --dump "$2" > "$3"', "dump", nix_store, path, "nar/{}.nar".format(base_name(path))])

def _build_file(objects, roots, allow_undeclared_references, names):
    text = [
        'load("@rules_strata//rules:defs.bzl", "nar_store_object")',
        'load("@rules_strata//rules/private/rules:object_closure.bzl", "object_closure")',
        'package(default_visibility = ["//visibility:public"])',
    ]
    for path, references in objects.items():
        text.append("nar_store_object(name = {}, nar = {}, store_path = {}, references = {}, deps = {}, allow_undeclared_references = {})".format(
            repr(base_name(path)),
            repr("nar/{}.nar".format(base_name(path))),
            repr(path),
            [path] if path in references else [],
            [":" + base_name(reference) for reference in references if reference != path],
            matches_any(name_part(path), allow_undeclared_references),
        ))
    for name, path in _aliases(objects, roots, names).items():
        text.append("alias(name = {}, actual = {})".format(repr(name), repr(":" + base_name(path))))
    text.append('object_closure(name = "closure", deps = {})'.format([":" + base_name(path) for path in {path: None for path in roots.values()}]))
    return "\n".join(text) + "\n"

def _aliases(objects, roots, names):
    """Short names for the roots: those given, their own, and these without the version. The first to ask has it.

    Args:
      objects: dict whose keys are the store paths of the closure.
      roots: dict from names to store paths.
      names: list of strings, targets that are there already.

    Returns:
      dict from target names to store paths.
    """
    taken = {base_name(path): None for path in objects} | {name: None for name in names + ["closure"]}
    aliases = {}
    for name, path in (
        roots.items() +
        [(name_part(path), path) for path in roots.values()] +
        [(package_name(path), path) for path in roots.values()]
    ):
        if name not in taken and name not in aliases:
            aliases[name] = path
    return aliases
