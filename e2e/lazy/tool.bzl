"""A program that an action makes."""

def _tool_impl(ctx):
    program = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.run_shell(
        inputs = [ctx.file.program],
        outputs = [program],
        command = 'cp "$1" "$2" && chmod +x "$2"',
        arguments = [ctx.file.program.path, program.path],
    )
    link = ctx.actions.declare_symlink(ctx.label.name + ".link")
    ctx.actions.symlink(output = link, target_path = ctx.files.data[0].basename)
    return [DefaultInfo(
        executable = program,
        runfiles = ctx.runfiles(files = [link] + ctx.files.data),
    )]

tool = rule(
    implementation = _tool_impl,
    doc = "A copy of a program, with runfiles: data, and a link to the first of them.",
    attrs = {
        "data": attr.label_list(doc = "Files.", allow_files = True),
        "program": attr.label(doc = "The program.", allow_single_file = True),
    },
    executable = True,
)
