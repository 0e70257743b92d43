"""A repository with one store object of a lock: its target, and its file from a Nix binary cache."""

def _nix_object_repository_impl(rctx):
    if rctx.attr.urls:
        workspace = str(rctx.workspace_root)
        rctx.download(
            url = [url.replace("file://%workspace%/", "file://{}/".format(workspace)) for url in rctx.attr.urls],
            output = "file",
            integrity = rctx.attr.integrity,
        )
    rctx.file("BUILD.bazel", rctx.attr.build_file, executable = False)

nix_object_repository = repository_rule(
    implementation = _nix_object_repository_impl,
    doc = "One store object. Its file comes through Bazel's own downloader: what is configured for that holds here too.",
    attrs = {
        "build_file": attr.string(doc = "The text of BUILD.bazel, in which the object's file is `:file`.", mandatory = True),
        "integrity": attr.string(doc = "The file's SHA-256 (sha256-BASE64)."),
        "urls": attr.string_list(doc = "Where the file is, the first that works; file://%workspace%/ is the workspace's root. None: it is not downloaded here."),
    },
)
