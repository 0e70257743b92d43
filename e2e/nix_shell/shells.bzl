"""Images of nix shells."""

load("@rules_strata//rules:defs.bzl", "stream_nix_shell_image")

_INTERACTIVE = 'case "$-" in *i*) echo This shell is interactive;; *) echo This shell is not interactive;; esac'
_AT_HOME = '[ "$HOME" = "$(eval "echo ~$(id -un)")" ]'

_SHELLS = {
    "basic": {},
    "build_derivation": {"run": "buildDerivation\n$out/bin/hello"},
    "command": {"command": _INTERACTIVE},
    "extra": {
        "command": "hello; echo $ADDED",
        "extra_packages": ["@inputs//:hello-lab"],
        "shell_hook": "export ADDED=by-the-hook",
    },
    # Without a command it would wait for one.
    "hook": {
        "command": "true",
        "drv": "@hook",
    },
    "inputs": {
        "command": "hello",
        "drv": "@inputs",
    },
    "linked": {
        "command": "$(store_path @by_expr//:hello)/bin/hello",
        "drv": "@linked",
    },
    "nonexistent_home": {
        "command": _AT_HOME + ' && ! [ -e "$HOME" ] && echo "$HOME"',
        "home_directory": "/homeless-shelter",
    },
    "pass_as_file": {
        "command": 'cat "$strPath"',
        "drv": "@pass_as_file",
    },
    "programs": {
        "ca_certificates": "@inputs//:hello-lab",
        "command": "/usr/bin/env echo ${SSL_CERT_FILE##*-lab}",
        "coreutils": "@inputs//:coreutils-lab",
    },
    "run": {"run": _INTERACTIVE},
    "sourced": {
        "command": "cat $src",
        "drv": "@hello",
    },
    "structured": {
        "drv": "@structured",
        "run": 'echo "${table[key]}"; buildDerivation && $out/bin/hello',
    },
    "writable_home": {"command": _AT_HOME + ' && echo x > "$HOME/file" && cat "$HOME/file"'},
}

def shells():
    """Declares the images, shell-NAME:latest; that of `basic` has the name of its derivation."""
    for name, attributes in _SHELLS.items():
        stream_nix_shell_image(
            name = name,
            image_name = None if name == "basic" else "shell-" + name.replace("_", "-"),
            tag = "latest",
            **({"drv": "@basic"} | attributes)
        )
