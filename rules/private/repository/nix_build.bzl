"""A repository with the closure of what the machine's own Nix builds."""

load("//rules/private/repository:nix_closure.bzl", "import_closure")
load("//rules/private/repository:nix_command.bzl", "NIX_ENVIRONMENT", "lines_of", "nix_program", "run_nix", "search_path")
load("//rules/private/repository:nix_watch.bzl", "evaluated_files", "local_flake", "watch")
load("//rules/private/repository:package_names.bzl", "free_name", "name_part")

def _nix_build_impl(rctx):
    tag = 'nix.build(name = "{}")'.format(rctx.attr.public_name)
    _watch_inputs(rctx)
    rctx.report_progress("Building with Nix")
    roots = {}
    for attribute in rctx.attr.attrs or [""]:
        result = run_nix(rctx, tag, _command(rctx, tag, attribute), working_directory = str(rctx.workspace_root))
        for path in evaluated_files(result.stderr):
            watch(rctx, path)
        for path in lines_of(result.stdout):
            roots[free_name(roots, path, [attribute, name_part(path)])] = path
    import_closure(rctx, tag, roots, allow_undeclared_references = rctx.attr.allow_undeclared_references)

def _watch_inputs(rctx):
    files = [rctx.path(label) for label in rctx.attr.watch + ([rctx.attr.file] if rctx.attr.file else [])]
    flake = local_flake(rctx.attr.flake)
    if flake:
        files.append(flake if flake.startswith("/") else "{}/{}".format(rctx.workspace_root, flake))
    for file in files:
        watch(rctx, file)

def _command(rctx, tag, attribute):
    # The link keeps the result from being collected as garbage.
    link = str(rctx.path("result" + ("-" + attribute if attribute else "")))
    options = search_path(rctx.attr.nix_path) + rctx.attr.args
    if rctx.attr.flake:
        return [
            nix_program(rctx, tag, "nix"),
            "--extra-experimental-features",
            "nix-command flakes",
            "build",
            "--option",
            "eval-cache",
            "false",
            "--print-out-paths",
            "--out-link",
            link,
            "-vv",
        ] + options + [rctx.attr.flake + ("#" + attribute if attribute else "")]
    command = [nix_program(rctx, tag, "nix-build"), "--out-link", link, "-vv"] + options
    if attribute:
        command += ["--attr", attribute]
    return command + (["--expr", rctx.attr.expr] if rctx.attr.expr else [rctx.path(rctx.attr.file)])

nix_build = repository_rule(
    implementation = _nix_build_impl,
    doc = "Builds an expression, a file or a flake with the machine's own Nix and imports the results with their closures.",
    attrs = {
        "allow_undeclared_references": attr.string_list(doc = "Patterns over names of objects that may mention store paths which are not among their references."),
        "args": attr.string_list(doc = "More arguments for Nix."),
        "attrs": attr.string_list(doc = "Attribute paths to build."),
        "expr": attr.string(doc = "A Nix expression."),
        "file": attr.label(doc = "A file with a Nix expression.", allow_single_file = True),
        "flake": attr.string(doc = "A flake reference."),
        "nix_path": attr.string_list(doc = "Entries of Nix's search path."),
        "public_name": attr.string(doc = "The name given in MODULE.bazel, for messages.", mandatory = True),
        "watch": attr.label_list(doc = "Files that Nix reads.", allow_files = True),
    },
    environ = NIX_ENVIRONMENT,
    local = True,
)
