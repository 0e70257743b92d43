"""A program with every kind of runfile."""

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
    return [DefaultInfo(
        executable = program,
        runfiles = ctx.runfiles(
            files = [program, relative, system, copy, tree],
            symlinks = {"made/here/link.txt": ctx.file.src},
            root_symlinks = {
                "other_repository/link.txt": ctx.file.src,
                "top.txt": ctx.file.src,
            },
        ),
    )]

program_with_links = rule(
    implementation = _program_with_links_impl,
    doc = "A program whose runfiles are links of all kinds, a directory, and a file that is a link to a source.",
    attrs = {"src": attr.label(allow_single_file = True, doc = "A source file.")},
    executable = True,
)
