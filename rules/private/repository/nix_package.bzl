"""A repository of one package."""

def _nix_package_impl(rctx):
    rctx.file("BUILD.bazel", rctx.attr.build_file, executable = False)

nix_package = repository_rule(
    implementation = _nix_package_impl,
    doc = "A repository of one package, whose BUILD file is known when the extension is evaluated.",
    attrs = {"build_file": attr.string(doc = "The text of BUILD.bazel.", mandatory = True)},
)
