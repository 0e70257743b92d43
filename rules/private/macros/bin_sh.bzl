"""The macro bin_sh."""

load("//rules/private/rules:linked_object.bzl", "linked_object")

# Where objects have a shell; dockerTools takes the first.
_SHELLS = ["bin/bash", "bin/sh", "bin/dash", "bin/busybox"]

def bin_sh(name, shell, path = None, **kwargs):
    """`/bin/sh`, for `system(3)`, for scripts, and for `docker run -it IMAGE /bin/sh`.

    A store object with the link `bin/sh`, for `contents` of an image,
    `copy_to_root` and `build_env`. The shell that it leads to comes with it;
    one that is not there is an error of the build.

    ```starlark
    bin_sh(
        name = "sh",
        shell = "@nixpkgs//:bash",
    )

    stream_layered_image(
        name = "image",
        contents = [":sh", ":hello"],
        config = {"Cmd": ["/bin/sh", "-c", "exec hello"], "Env": ["PATH=/bin"]},
    )
    ```

    Without Nix: Debian's package `busybox-static` has one program without
    libraries that is a shell and the usual commands (`/bin/busybox`);
    `bash-static` has `/bin/bash-static`, `dash` has `/bin/sh`, which needs
    `libc6`. A shell written in Go, such as `mvdan.cc/sh/v3/cmd/gosh`, is a
    `go_binary`: `shell = "@cc_mvdan_sh_v3//cmd/gosh", path = "bin/gosh"`. Put a
    downloaded program into a `store_object`:

    ```starlark
    store_object(
        name = "busybox",
        srcs = {"@busybox//file": "bin/busybox"},
        executables = ["bin/*"],
    )

    bin_sh(name = "sh", shell = ":busybox")
    ```

    Args:
      name: the target's name: `"sh"`.
      shell: label of a store object, or of a program's target, which is then in
        its `bin`: `"@nixpkgs//:bash"`, `"//cmd/gosh"`.
      path: where the shell is in that object; when None, the first that is there
        of `bin/bash`, `bin/sh`, `bin/dash` and `bin/busybox`: `"bin/gosh"`.
      **kwargs: attributes of every rule (visibility, tags, testonly, ...).
    """
    linked_object(
        name = name,
        attribute = "shell",
        programs = {"bin/sh": [path] if path else _SHELLS},
        to = shell,
        **kwargs
    )
