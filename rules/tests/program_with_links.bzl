"""A program with every kind of runfile."""

_COMPILATION_MODE = "//command_line_option:compilation_mode"

_dbg = transition(
    implementation = lambda _settings, _attr: {_COMPILATION_MODE: "dbg"},
    inputs = [],
    outputs = [_COMPILATION_MODE],
)

def _mode_file_impl(ctx):
    out = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.write(out, ctx.var["COMPILATION_MODE"] + "\n")
    return [DefaultInfo(files = depset([out]))]

mode_file = rule(
    implementation = _mode_file_impl,
    doc = "A file with the compilation mode.",
)

def _program_with_links_impl(ctx):
    program = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.write(program, "#!/bin/sh\n", is_executable = True)
    relative = ctx.actions.declare_symlink(ctx.label.name + ".relative")
    ctx.actions.symlink(output = relative, target_path = "../elsewhere/x")
    system = ctx.actions.declare_symlink(ctx.label.name + ".system")
    ctx.actions.symlink(output = system, target_path = "/usr/bin/env")
    copy = ctx.actions.declare_file(ctx.label.name + ".copy")
    ctx.actions.symlink(output = copy, target_file = ctx.file.src)
    tree = ctx.actions.declare_directory(ctx.label.name + ".tree")
    ctx.actions.run_shell(outputs = [tree], command = "mkdir -p $1/sub && echo in a tree > $1/sub/file", arguments = [tree.path])
    nothing = ctx.actions.declare_directory(ctx.label.name + ".nothing")
    ctx.actions.run_shell(outputs = [nothing], command = "mkdir -p $1", arguments = [nothing.path])
    return [DefaultInfo(
        executable = program,
        runfiles = ctx.runfiles(
            # One path twice: Bazel takes the last one.
            files = [program, relative, system, copy, tree, nothing] + ctx.files.mode + ctx.files.mode_in_dbg,
            symlinks = {
                "../elsewhere/link.txt": ctx.file.src,
                "made/here/link.txt": ctx.file.src,
            },
            root_symlinks = {
                "other_repository/link.txt": ctx.file.src,
                "other_repository/tree": tree,
                "top.txt": ctx.file.src,
            },
        ),
    )]

program_with_links = rule(
    implementation = _program_with_links_impl,
    doc = "A program whose runfiles are links of all kinds, a directory, and a file that is a link to a source.",
    attrs = {
        "mode": attr.label(doc = "A file."),
        "mode_in_dbg": attr.label(cfg = _dbg, doc = "The same, in another configuration."),
        "src": attr.label(allow_single_file = True, doc = "A source file."),
    },
    executable = True,
)

def _runner_impl(ctx):
    return [DefaultInfo(files = depset(ctx.files.srcs))]

runner = rule(
    implementation = _runner_impl,
    doc = "A rule whose attribute args is its own.",
    attrs = {
        "args": attr.string_list(doc = "Texts."),
        "srcs": attr.label_list(allow_files = True, doc = "Files."),
    },
)

def _in_dbg_impl(ctx):
    program = ctx.actions.declare_file(ctx.label.name)
    inner = ctx.attr.program[0][DefaultInfo]
    ctx.actions.symlink(output = program, target_file = inner.files_to_run.executable, is_executable = True)
    return [DefaultInfo(executable = program, runfiles = ctx.runfiles(files = [program]).merge(inner.default_runfiles))]

in_dbg = rule(
    implementation = _in_dbg_impl,
    doc = "A program that is built with -c dbg, whatever the others are.",
    attrs = {"program": attr.label(cfg = _dbg, doc = "The program.", executable = True)},
    executable = True,
)

def _for_platform_impl(ctx):
    program = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.write(program, "", is_executable = True)
    return [DefaultInfo(executable = program)]

program_for_arm64 = rule(
    implementation = _for_platform_impl,
    doc = "A program for arm64, whatever the target platform is.",
    cfg = transition(
        implementation = lambda _settings, _attr: {"//command_line_option:platforms": str(Label("//rules/tests:linux_arm64"))},
        inputs = [],
        outputs = ["//command_line_option:platforms"],
    ),
    executable = True,
)
