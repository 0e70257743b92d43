"""A directory that an action makes."""

def _directory_impl(ctx):
    out = ctx.actions.declare_directory(ctx.label.name)
    ctx.actions.run_shell(
        inputs = [ctx.file.source],
        outputs = [out],
        command = 'cp "$1" "$2/first.txt" && { cat "$1"; echo again; } > "$2/last.txt"',
        arguments = [ctx.file.source.path, out.path],
    )
    return [DefaultInfo(files = depset([out]))]

directory = rule(
    implementation = _directory_impl,
    doc = "A directory of two files.",
    attrs = {"source": attr.label(doc = "What the others are made of.", allow_single_file = True)},
)
