"""tree: a tree artifact that an executor makes."""

def _tree_impl(ctx):
    out = ctx.actions.declare_directory(ctx.label.name)
    ctx.actions.run_shell(
        outputs = [out],
        arguments = [out.path],
        command = """
cd "$1"
mkdir -p bin share/deep/er void
echo one > bin/one
ln -s one bin/two
ln -s ../../bin share/deep/programs
echo secret > share/private
chmod 700 bin/one
chmod 400 share/private
""",
        mnemonic = "Tree",
    )
    return [DefaultInfo(files = depset([out]))]

tree = rule(
    implementation = _tree_impl,
    doc = "Makes a tree with links, an empty directory and odd modes.",
)
