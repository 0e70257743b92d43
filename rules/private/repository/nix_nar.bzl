"""A repository with one file of a Nix binary cache, a NAR that may be compressed."""

def _nix_nar_impl(rctx):
    workspace = str(rctx.workspace_root)
    rctx.download(
        url = [url.replace("file://%workspace%/", "file://{}/".format(workspace)) for url in rctx.attr.urls],
        output = "nar",
        integrity = rctx.attr.integrity,
    )
    rctx.file("BUILD.bazel", 'exports_files(["nar"])\n', executable = False)

nix_nar = repository_rule(
    implementation = _nix_nar_impl,
    doc = "One file of a Nix binary cache, through Bazel's own downloader: what is configured for that holds here too.",
    attrs = {
        "integrity": attr.string(doc = "The file's SHA-256 (sha256-BASE64).", mandatory = True),
        "urls": attr.string_list(doc = "Where the file is, the first that works; file://%workspace%/ is the workspace's root.", mandatory = True),
    },
)
