"""Programs of the machine, with what they are linked with, as a store object."""

_COPY = """
for file in "$@"; do
    cp --parents --dereference "$file" .
    ldd "$file" 2>&1 | sed -n 's/.*=> \\(\\/[^ ]*\\) .*/\\1/p; s/^[[:space:]]*\\(\\/[^ ]*\\) .*/\\1/p'
done | sort -u | while read -r library; do cp --parents --dereference "$library" .; done
if [ -e usr/bin/python3 ]; then
    library=$(python3 -c 'import os; print(os.path.dirname(os.__file__))')
    cp --parents --recursive --dereference "$library" .
    cd "./$library"
    rm -rf test idlelib ensurepip config-*
    find . -name __pycache__ -prune -exec rm -rf {} +
fi
"""

def _machine_files_impl(ctx):
    result = ctx.execute(["sh", "-ec", _COPY, "sh"] + ctx.attr.programs)
    if result.return_code:
        fail("copying programs of the machine: " + result.stderr)
    listed = ctx.execute(["find", ".", "-type", "f", "-printf", "%P\n"]).stdout
    files = sorted([file for file in listed.strip().split("\n") if "/" in file])
    ctx.file("BUILD.bazel", """load("@rules_strata//rules:defs.bzl", "store_object")

store_object(
    name = "root",
    srcs = {srcs},
    executables = ["**"],
    visibility = ["//visibility:public"],
)
""".format(srcs = json.encode_indent({file: file for file in files})))

_machine_files = repository_rule(
    implementation = _machine_files_impl,
    attrs = {"programs": attr.string_list(mandatory = True)},
)

# With the commands that Bazel's runfiles library for shells calls.
_SHELL = ["/usr/bin/" + name for name in ["awk", "basename", "bash", "cat", "cut", "dirname", "env", "grep", "sed", "tail", "tr", "uname"]] + [
    "/usr/lib/x86_64-linux-gnu/libstdc++.so.6",
]
_PYTHON = ["/bin/sh", "/usr/bin/python3", "/usr/bin/which"]

def _machine_impl(_ctx):
    _machine_files(name = "machine_shell", programs = _SHELL)
    _machine_files(name = "machine_python", programs = _SHELL + _PYTHON)

machine = module_extension(implementation = _machine_impl)
