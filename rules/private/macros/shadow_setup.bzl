"""The macro shadow_setup."""

load("//rules/private/rules:written_object.bzl", "written_object")
load("//rules/private/values:shadow_setup.bzl", "shadow_files")

def shadow_setup(name, shell = "/bin/sh", **kwargs):
    """The files that shadow's programs (`useradd`, `groupadd`, `su`, ...) need, with the user root alone.

    A store object with `etc/passwd`, `etc/shadow`, `etc/group`, `etc/gshadow`,
    `etc/pam.d/other` and `etc/login.defs`, for `contents` of an image,
    `copy_to_root` and `build_env`. The files of a store cannot be written: to add
    users while the image is built, use the script `SHADOW_SETUP` instead, which
    makes the same files:

    ```starlark
    stream_layered_image(
        name = "image",
        contents = [":hello"],
        enable_fakechroot = True,
        fake_root_commands = SHADOW_SETUP + \"\"\"
            groupadd -r hello
            useradd -r -g hello hello
            mkdir /data
            chown hello:hello /data
        \"\"\",
        config = {"Cmd": ["/bin/hello"], "WorkingDir": "/data"},
    )
    ```

    The script belongs into `run_as_root` of `build_image`, and into
    `fake_root_commands` with `enable_fakechroot = True`. There `groupadd`,
    `useradd` and the others are built in; with `real_root = True` they are the
    image's own, of Debian's package `passwd` or of `@nixpkgs//:shadow`.

    In an image it is the only thing that gives users: `fake_nss`,
    `non_root_user` or `SHADOW_SETUP` beside it are an error.

    Args:
      name: the target's name: `"shadow"`.
      shell: root's shell, an absolute path: `"/bin/bash"`.
      **kwargs: attributes of every rule (visibility, tags, testonly, ...).
    """
    texts = shadow_files(shell)
    written_object(
        name = name,
        group = texts.pop("etc/group").splitlines(),
        helper = "shadow_setup",
        passwd = texts.pop("etc/passwd").splitlines(),
        texts = texts,
        **kwargs
    )
