"""Two Python packages, in repositories such as rules_python makes of a lock file, without a network."""

_BUILD = """load("@rules_python//python:defs.bzl", "py_library")

py_library(
    name = "pkg",
    srcs = glob(["site-packages/**/*.py"]),
    imports = ["site-packages"],
    visibility = ["//visibility:public"],
    deps = {deps},
)
"""

def _package_impl(ctx):
    ctx.file("BUILD.bazel", _BUILD.format(deps = ctx.attr.deps))
    ctx.file("site-packages/{}/__init__.py".format(ctx.attr.package), ctx.attr.code)

_package = repository_rule(
    implementation = _package_impl,
    attrs = {
        "code": attr.string(mandatory = True),
        "deps": attr.string_list(),
        "package": attr.string(mandatory = True),
    },
)

def _packages_impl(_ctx):
    _package(
        name = "pip_paper",
        code = "def sheet(text):\n    return text\n",
        package = "paper",
    )
    _package(
        name = "pip_inkwell",
        code = "import paper\n\n\ndef write(text):\n    print(paper.sheet(text))\n",
        deps = ["@pip_paper//:pkg"],
        package = "inkwell",
    )

packages = module_extension(implementation = _packages_impl)
