"""The macro usr_bin_env."""

load("//rules/private/rules:linked_object.bzl", "linked_object")

def usr_bin_env(name, coreutils, path = "bin/env", **kwargs):
    """`/usr/bin/env`, for scripts that begin with `#!/usr/bin/env`.

    A store object with the link `usr/bin/env`, for `contents` of an image,
    `copy_to_root` and `build_env`. The program that it leads to comes with it;
    one that is not there is an error of the build.

    ```starlark
    usr_bin_env(
        name = "env",
        coreutils = "@nixpkgs//:coreutils",
    )

    stream_layered_image(
        name = "image",
        contents = [":env", ":sh", ":scripts"],
        config = {"Cmd": ["/bin/serve"]},       # #!/usr/bin/env sh
    )
    ```

    Without Nix: Debian's package `coreutils` has `/usr/bin/env`, which needs the
    libraries of `libc6`, and `busybox-static` has it with none: its program in a
    `store_object`, with `path = "bin/busybox"` (called by the name `env`, it is
    `env`). Or a program of your own, such as a Go one.

    Args:
      name: the target's name: `"env"`.
      coreutils: label of a store object, or of a program's target, which is then
        in its `bin`: `"@nixpkgs//:coreutils"`, `"//cmd/env"`.
      path: where the program is in that object: `"bin/busybox"`.
      **kwargs: attributes of every rule (visibility, tags, testonly, ...).
    """
    linked_object(
        name = name,
        attribute = "coreutils",
        programs = {"usr/bin/env": [path]},
        to = coreutils,
        **kwargs
    )
