"""The macro build_env."""

load("//rules/private/rules:build_env.bzl", _build_env = "build_env")

def build_env(name, paths, paths_to_link = ["/"], ignore_collisions = False, check_collision_contents = True, **kwargs):
    """One tree of links to several store objects, as nixpkgs' `buildEnv` makes it.

    A store object for `copy_to_root`, `contents` and whatever else takes one. A
    directory that one of the objects alone has is a link to it; a directory that
    several have is a directory of links, and so on inside it. Two different files
    at one path are an error that names both labels.

    ```starlark
    build_env(
        name = "image_root",
        paths = [":hello", "@nixpkgs//:bash", "@nixpkgs//:coreutils"],
        paths_to_link = ["/bin"],
    )

    build_image(
        name = "image",
        copy_to_root = [":image_root"],
        config = {"Cmd": ["/bin/hello"]},
    )
    ```

    The objects are known by their listings: only files that meet at one path are
    read. As in nixpkgs, an object's own `nix-support`, `propagated-build-inputs`
    and `log`, and its indexes (`info/dir`, `perllocal.pod`, what is in
    `share/mime` beside `packages`) are left out of directories of links. All of
    `paths` are in the closure, also those of which nothing is linked. There are
    no priorities, and the packages that `nix-support/propagated-user-env-packages`
    names are not added: list them in `paths`.

    Args:
      name: the target's name: `"image_root"`.
      paths: labels of store objects, or of targets with files, in the order in
        which they win: `[":hello", "@nixpkgs//:bash"]`.
      paths_to_link: absolute paths; what is neither one of them nor below one is
        left out. Each is a directory in the result: `["/bin", "/share/man"]`.
      ignore_collisions: with `True`, the earlier of two files at one path is
        kept, with a warning.
      check_collision_contents: files that have the same bytes and the same mode
        are no collision; with `False` they are one, and no file is read.
      **kwargs: attributes of every rule (visibility, tags, testonly, ...).
    """
    _build_env(
        name = name,
        check_collision_contents = check_collision_contents,
        ignore_collisions = ignore_collisions,
        paths = paths,
        paths_to_link = paths_to_link,
        **kwargs
    )
