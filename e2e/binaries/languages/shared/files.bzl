"""Files whose places among the runfiles are not those of sources."""

def _tree_impl(ctx):
    folder = ctx.actions.declare_directory(ctx.label.name)
    ctx.actions.run_shell(
        command = 'mkdir -p "$1/nested" && echo alpha > "$1/a.txt" && echo beta > "$1/nested/b.txt"',
        arguments = [folder.path],
        outputs = [folder],
    )
    return [DefaultInfo(files = depset([folder]), runfiles = ctx.runfiles([folder]))]

tree = rule(
    implementation = _tree_impl,
    doc = "A directory with two files.",
)

def _linked_files_impl(ctx):
    return [DefaultInfo(runfiles = ctx.runfiles(
        root_symlinks = {"beside/rooted.txt": ctx.file.src},
        symlinks = {"linked/inside.txt": ctx.file.src},
    ))]

linked_files = rule(
    implementation = _linked_files_impl,
    attrs = {"src": attr.label(
        doc = "The file.",
        allow_single_file = True,
        mandatory = True,
    )},
    doc = "A file as a symlink and as a root symlink of runfiles.",
)

def _links_impl(ctx):
    relative = ctx.actions.declare_symlink("links/relative")
    ctx.actions.symlink(output = relative, target_path = "../shared.txt")
    absolute = ctx.actions.declare_symlink("links/absolute")
    ctx.actions.symlink(output = absolute, target_path = "/usr/bin/env")
    file = ctx.actions.declare_file("links/file")
    ctx.actions.symlink(output = file, target_file = ctx.file.src)
    files = [relative, absolute, file]
    return [DefaultInfo(files = depset(files), runfiles = ctx.runfiles(files + [ctx.file.src]))]

links = rule(
    implementation = _links_impl,
    attrs = {"src": attr.label(
        doc = "The file.",
        allow_single_file = ["shared.txt"],
        mandatory = True,
    )},
    doc = "Links that are links in runfiles, too, and one that is a file there.",
)
