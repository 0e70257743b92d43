"""The machine's Python as a repository: an interpreter that is among a program's runfiles."""

def _python_files_impl(ctx):
    python = ctx.path("/usr/bin/python3").realpath
    version = python.basename
    library = ctx.path("/usr/lib/" + version)
    result = ctx.execute(["sh", "-ec", """
        mkdir -p bin lib
        cp "$1" bin/python3
        cp -RL "$2" lib/
        cd "lib/$3"
        rm -rf test idlelib ensurepip lib2to3 tkinter turtledemo config-*
        find . -name __pycache__ -prune -exec rm -rf {} +
    """, "sh", str(python), str(library), version])
    if result.return_code:
        fail("copying " + str(python) + ": " + result.stderr)
    ctx.file("BUILD.bazel", """
filegroup(
    name = "files",
    # What Python itself writes beside them when it runs is none of them.
    srcs = glob(["lib/**"], exclude = ["**/__pycache__/**"]),
    visibility = ["//visibility:public"],
)

exports_files(["bin/python3"])
""")

_python_files = repository_rule(implementation = _python_files_impl)

def _interpreter_impl(_ctx):
    _python_files(name = "python_files")

interpreter = module_extension(implementation = _interpreter_impl)
