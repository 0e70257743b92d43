"""The files that the shadow programs (useradd, groupadd, ...) need, as texts and as a script that makes them."""

# By this line the rules of images recognise the script.
SHADOW_SETUP_MARKER = "# rules_strata: shadow_setup"

_SHELL = "/bin/sh"

_PAM = """account sufficient pam_unix.so
auth sufficient pam_rootok.so
password requisite pam_unix.so nullok yescrypt
session required pam_unix.so
"""

def shadow_files(shell):
    """The files.

    Args:
      shell: string, root's shell.

    Returns:
      dict from paths, relative to the image's root, to texts.
    """
    return {
        "etc/group": "root:x:0:\n",
        "etc/gshadow": "root:x::\n",
        "etc/login.defs": "",
        "etc/pam.d/other": _PAM,
        "etc/passwd": "root:x:0:0::/root:{}\n".format(shell),
        "etc/shadow": "root:!x:::::::\n",
    }

def _script():
    files = shadow_files(_SHELL)
    lines = [SHADOW_SETUP_MARKER, "mkdir -p /etc/pam.d"]

    # What decides about a pair of files is the first of them.
    for paths in [["etc/passwd", "etc/shadow"], ["etc/group", "etc/gshadow"], ["etc/pam.d/other"], ["etc/login.defs"]]:
        lines.append("if [ ! -f /{} ]; then".format(paths[0]))
        for path in paths:
            lines.append("    printf %s '{}' > /{}".format(files[path], path))
        lines.append("fi")
    return "\n".join(lines) + "\n"

SHADOW_SETUP = _script()
