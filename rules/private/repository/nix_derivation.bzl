"""A repository with a derivation of the machine's own Nix store, and the closure of what it is built from."""

load("//rules/private/repository:nix_closure.bzl", "import_closure")
load("//rules/private/repository:nix_command.bzl", "NIX_ENVIRONMENT", "lines_of", "nix_program", "run_nix", "search_path")
load("//rules/private/repository:nix_derivation_file.bzl", "parse_inputs")
load("//rules/private/repository:nix_watch.bzl", "evaluated_files", "watch")
load("//rules/private/repository:package_names.bzl", "base_name", "name_part", "package_name")

def _nix_derivation_repository_impl(rctx):
    tag = 'nix.derivation(name = "{}")'.format(rctx.attr.public_name)
    path = _derivation(rctx, tag)
    inputs = parse_inputs(run_nix(rctx, tag, ["cat", path]).stdout)
    if not inputs:
        fail("{}: {} is not a derivation that is built from known inputs (dynamic derivations are not supported)".format(tag, path))
    rctx.report_progress("Realising the inputs of {}".format(base_name(path)))
    paths = {source: None for source in inputs.sources}
    wanted = ["{}!{}".format(drv, ",".join(outputs)) for drv, outputs in inputs.derivations.items()]
    if wanted:
        paths |= {output: None for output in lines_of(run_nix(rctx, tag, [nix_program(rctx, tag, "nix-store"), "--realise"] + wanted).stdout)}
    rctx.file("derivation/.keep", "", executable = False)
    run_nix(rctx, tag, ["cp", path, "derivation/" + base_name(path)])
    name = rctx.attr.public_name
    derivation = path.removesuffix(".drv")
    others = [other for other in {name_part(derivation): None, package_name(derivation): None} if other != name]
    text = [
        'load("@rules_strata//rules:defs.bzl", "nix_derivation")',
        "nix_derivation(name = {}, drv = {}, inputs = {}, allow_undeclared_references = True)".format(
            repr(name),
            repr("derivation/" + base_name(path)),
            [":" + base_name(input) for input in paths],
        ),
    ] + ["alias(name = {}, actual = {})".format(repr(other), repr(":" + name)) for other in others]
    import_closure(
        rctx,
        tag,
        {base_name(input): input for input in paths},
        allow_undeclared_references = rctx.attr.allow_undeclared_references,
        text = "\n".join(text) + "\n",
        names = [name] + others,
    )

def _derivation(rctx, tag):
    """The path of the .drv: given, or instantiated."""
    if not rctx.attr.drv:
        command = [nix_program(rctx, tag, "nix-instantiate"), "-vv"] + search_path(rctx.attr.nix_path) + rctx.attr.args
        if rctx.attr.attr:
            command += ["--attr", rctx.attr.attr]
        command += ["--expr", rctx.attr.expr] if rctx.attr.expr else [rctx.path(rctx.attr.file)]
        for label in rctx.attr.watch + ([rctx.attr.file] if rctx.attr.file else []):
            watch(rctx, rctx.path(label))
        result = run_nix(rctx, tag, command, working_directory = str(rctx.workspace_root))
        for path in evaluated_files(result.stderr):
            watch(rctx, path)
        found = lines_of(result.stdout)
        if len(found) != 1:
            fail("{}: Nix gave {} derivations: choose one with attr".format(tag, len(found)))
        return found[0].split("!")[0]
    path = rctx.attr.drv
    at = path if path.startswith("/") else "{}/{}".format(rctx.workspace_root, path)
    if not at.startswith("/nix/store/"):
        rctx.watch(at)
    at = run_nix(rctx, tag, ["realpath", "-e", at]).stdout.strip()
    if not at.endswith(".drv"):
        fail("{}: {} leads to {}, which is no derivation: `nix-instantiate` prints the path of one".format(tag, path, at))
    return at

nix_derivation_repository = repository_rule(
    implementation = _nix_derivation_repository_impl,
    doc = "Imports a derivation of the machine's own Nix store and the closure of its inputs.",
    attrs = {
        "allow_undeclared_references": attr.string_list(doc = "Patterns over names of objects that may mention store paths which are not among their references."),
        "args": attr.string_list(doc = "More arguments for nix-instantiate."),
        "attr": attr.string(doc = "Attribute path of the derivation."),
        "drv": attr.string(doc = "The path of a .drv in the store, or of a link to one."),
        "expr": attr.string(doc = "A Nix expression."),
        "file": attr.label(doc = "A file with a Nix expression.", allow_single_file = True),
        "nix_path": attr.string_list(doc = "Entries of Nix's search path."),
        "public_name": attr.string(doc = "The name given in MODULE.bazel, for messages.", mandatory = True),
        "watch": attr.label_list(doc = "Files that Nix reads.", allow_files = True),
    },
    environ = NIX_ENVIRONMENT,
    local = True,
)
