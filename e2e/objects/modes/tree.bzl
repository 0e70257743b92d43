"""A tree artifact."""

def _tree_impl(ctx):
    out = ctx.actions.declare_directory(ctx.label.name)
    ctx.actions.run_shell(
        outputs = [out],
        arguments = [out.path],
        command = """
            cd "$1" && mkdir -p tools very/deep &&
            echo one > tools/one && echo two > very/deep/two.sh && echo three > very/three &&
            chmod 700 tools/one && chmod 600 very/three
        """,
        mnemonic = "Tree",
    )
    return [DefaultInfo(files = depset([out]))]

tree = rule(
    implementation = _tree_impl,
    doc = "A directory with files of several modes.",
)
