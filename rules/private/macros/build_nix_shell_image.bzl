"""The macro build_nix_shell_image."""

load("//rules/private/macros:build_layered_image.bzl", "build_layered_image")
load("//rules/private/macros:nix_shell_attributes.bzl", "nix_shell_attributes")

def build_nix_shell_image(
        name,
        drv,
        image_name = None,
        uid = 1000,
        gid = 1000,
        home_directory = "/build",
        shell = None,
        command = None,
        run = None,
        shell_hook = "",
        extra_packages = [],
        ca_certificates = None,
        coreutils = None,
        max_layers = 100,
        **kwargs):
    """`stream_nix_shell_image` as a docker archive, `<name>.tar.gz`.

    ```starlark
    build_nix_shell_image(
        name = "hello_shell",
        drv = "@hello_drv",
        compressor = "zstd",
    )
    ```

    Args:
      name: the target's name: `"hello_shell"`.
      drv: label of the derivation: a target of the tag `nix.derivation`, or of the
        rule `nix_derivation`: `"@hello_drv"`.
      image_name: the repository part of the image's name; the derivation's name
        and "-env" when None: `"hello-env"`.
      uid: the user that the container runs as, a number: `1000`.
      gid: that user's group, a number: `1000`.
      home_directory: that user's home, which need not exist: `"/homeless-shelter"`.
      shell: label of the store object with `bin/bash`: `"@nixpkgs//:bash"`; when
        None, the derivation's builder, if that is a bash.
      command: a command that the interactive shell runs before it exits: `"make"`.
        Here and in the next two `$(store_path LABEL)` is an object's path, and
        the object is in the image.
      run: a command that a shell that is not interactive runs: `"buildDerivation"`.
      shell_hook: commands that run after the derivation's own shellHook, in every
        such shell: `"export DEBUG=1"`.
      extra_packages: labels of store objects that the derivation has as
        `nativeBuildInputs` too: `["@nixpkgs//:gdb"]`.
      ca_certificates: label of the store object with
        `etc/ssl/certs/ca-bundle.crt`: `"@nixpkgs//:nss-cacert"`; when None, that
        among the inputs whose name begins with nss-cacert, if there is one.
        Without, SSL_CERT_FILE is not set.
      coreutils: label of the store object with `bin/env`, for `/usr/bin/env`:
        `"@nixpkgs//:coreutils"`; when None, that among the inputs, if there is one.
      max_layers: the most layers that the image may have: `60`.
      **kwargs: attributes of `build_layered_image` (tag, compressor, layering, visibility, ...), but
        those by which the shell is made (config, fake_root_commands).
    """
    build_layered_image(
        name = name,
        max_layers = max_layers,
        **nix_shell_attributes(
            name = name,
            drv = drv,
            image_name = image_name,
            uid = uid,
            gid = gid,
            home_directory = home_directory,
            shell = shell,
            command = command,
            run = run,
            shell_hook = shell_hook,
            extra_packages = extra_packages,
            ca_certificates = ca_certificates,
            coreutils = coreutils,
            more = kwargs,
        )
    )
