"""The macro build_image."""

load("//rules/private/rules:build_image.bzl", _build_image = "build_image")
load("//rules/private/values:image_attributes.bzl", "image_attributes")

def build_image(
        name,
        image_name = None,
        tag = None,
        from_image = None,
        from_image_name = None,
        from_image_tag = None,
        inherit_config = ["*"],
        copy_to_root = None,
        contents = None,
        keep_contents_dirlinks = False,
        run_as_root = "",
        real_root = False,
        disk_size = 1024,
        build_vm_memory_size = 512,
        extra_commands = "",
        tools = [],
        store_deps = [],
        include_nix_db = False,
        config = None,
        config_deps = [],
        created = "1970-01-01T00:00:01Z",
        mtime = "1970-01-01T00:00:01Z",
        architecture = None,
        platform = None,
        uid = 0,
        gid = 0,
        layer_compression = "gzip",
        compressor = "gz",
        lazy = False,
        passthru = {},
        **kwargs):
    """An image with one layer on top of its base: files are copied, and a script can run as root over base and layer.

    `bazel build` makes `<name>.tar.gz` (`.tar.zst`, `.tar`), for `docker load`;
    `bazel run` loads the image, sending the layer only if it is missing. The
    store objects that the copied files, the scripts' results and the config
    mention are in the same layer, unless the base holds them. All of them change
    together: where that matters, use `build_layered_image`.

    ```starlark
    build_image(
        name = "redis_image",
        image_name = "redis",
        tag = "latest",
        copy_to_root = [":redis_bin"],
        run_as_root = "mkdir -p /data",
        config = {
            "Cmd": ["/bin/redis-server"],
            "WorkingDir": "/data",
            "Volumes": {"/data": {}},
        },
    )
    ```

    Args:
      name: the target's name: `"redis_image"`.
      image_name: the repository part of the image's name, lower-cased; the
        target's name when None: `"registry.example.com/team/redis"`.
      tag: the tag: `"v1"`; when None, 32 characters of Nix's base32 that the
        content determines, `created` included.
      from_image: the image to build on: an image of ours, a docker archive, or
        an OCI layout (a directory, or a tar of one): `":base"`,
        `"@debian//:image.tar.xz"`. Archives may be compressed with gzip, xz,
        zstd or bzip2. Objects that it holds are not added again.
      from_image_name: which image of an archive that has several: its name,
        `"alpine"`. It selects together with `from_image_tag`; with one of the
        two the first image is taken, with a warning.
      from_image_tag: which image of an archive that has several: its tag, `"3.20"`.
      inherit_config: the fields of the config that come from the base image, as
        Docker's FROM takes them, which are all but `OnBuild`, `Memory`,
        `MemorySwap` and `CpuShares`; `["*"]` for all, `["Env"]` as dockerTools does.
      copy_to_root: a label or a list of labels: store objects whose files are
        copied into the image's root, a later one winning; any other target with
        files becomes an object of its own: `[":hello", "@nix//:bash"]`. A file that
        an object of the image has as well is there once, as a hard link.
      contents: deprecated: the same as `copy_to_root`, and not both.
      keep_contents_dirlinks: what becomes of links to directories in
        `copy_to_root`: `False` copies the directories that they lead to, as
        `rsync -k` does; `True` keeps them links, and copies through those
        that are there already, as `rsync -K` does.
      run_as_root: a shell script that runs as root in `/`, which is the base image
        with the copied files over it: `"useradd --system app && chown app /data"`.
        What it changes is in the layer; what it removes of the base is hidden.
        `$(store_path LABEL)` works as in `config`. See [scripts](scripts.md).
      real_root: how `run_as_root` runs: `False` in an interpreter of our own, which
        has the usual commands built in and works on every machine; `True` as real
        processes, in namespaces without network, with a shell and programs that
        the image brings (`apt`, `ldconfig`). It needs Linux with user namespaces.
      disk_size: scratch space of `run_as_root`, in megabytes: `4096`. More is an error.
      build_vm_memory_size: memory that the programs of `run_as_root` may take
        together, in megabytes, with `real_root`: `1024`. More is an error.
      extra_commands: a shell script that runs after `run_as_root` in the tree of
        the layer alone, as an ordinary user, with paths relative to the image's
        root: `"mkdir -p tmp && chmod 1777 tmp"`.
      tools: labels of programs that scripts can start by name, beside the
        built-in commands: `["//tools:generate_config"]`.
      store_deps: labels of further objects that scripts can read and that
        their results may mention: `[":templates"]`.
      include_nix_db: whether the image has a database of its contents' closure,
        for Nix in the image: `True`.
      config: the image's config: a dict with the field names of the Docker
        image specification v1.3, `{"Cmd": ["/bin/hello"], "Env": ["A=b"]}`, which
        are listed under `image_config`; or JSON text of `image_config`, which may
        stand in a `select`; or the label of a JSON file. In every string of a dict
        `$(store_path LABEL)` is replaced by the object's store path and brings its
        closure into the image.
      config_deps: labels of the objects named by a config that is not a plain
        dict: `[":hello"]`.
      created: ISO 8601 time in the config, `"2026-01-31T12:00:00Z"` (UTC without a
        zone, midnight without a time of day), or seconds since 1970, or `"now"`:
        the time of the build that made the config (not reproducible).
      mtime: time of every file in the layer, written as `created`, or `"now"`:
        the time of the build in which an object last changed; a script that changed
        leaves it.
      architecture: GOARCH in the config, `"arm64"`, and nothing else; the target
        platform's when None. To build for another one, set `platform`.
      platform: label of the Linux platform to build for, `"//platforms:arm64"`;
        the target platform when None.
      uid: owner of the copied files and of what `extra_commands` makes, a number:
        `1000`. With `run_as_root` the script sets owners, and this is ignored.
        Store objects belong to root.
      gid: their group, a number: `1000`.
      layer_compression: how layers are compressed in the OCI layout: `"gzip"` (or
        `"gz"`) or `"zstd"`.
      compressor: how the docker archive is compressed: `"gz"` (or `"gzip"`),
        `"zstd"` or `"none"`.
      lazy: with `True`, `bazel run` has no objects that the build made among its
        runfiles: what it sends it reads from the remote cache, and with Build without
        the Bytes Bazel downloads nothing of them: see "Run from the remote cache" in
        [loading, running, streaming](guide-run.md).
      passthru: dict of strings that is carried in ImageInfo: `{"team": "payments"}`.
      **kwargs: attributes of every rule (visibility, tags, testonly, ...).
    """
    if contents != None:
        if copy_to_root != None:
            fail("in docker image {}: You can not specify both contents and copy_to_root.".format(name))

        # buildifier: disable=print
        print("{}: build_image: contents is deprecated: use copy_to_root".format(name))
    _build_image(
        name = name,
        **image_attributes(
            name = name,
            image_name = image_name,
            tag = tag,
            from_image = from_image,
            from_image_name = from_image_name,
            from_image_tag = from_image_tag,
            inherit_config = inherit_config,
            contents = {"copy_to_root": (contents if copy_to_root == None else copy_to_root) or []},
            keep_contents_dirlinks = keep_contents_dirlinks,
            real_root = real_root,
            disk_size = disk_size,
            build_vm_memory_size = build_vm_memory_size,
            scripts = {"extra_commands": extra_commands, "run_as_root": run_as_root},
            tools = tools,
            store_deps = store_deps,
            include_nix_db = include_nix_db,
            config = config,
            config_deps = config_deps,
            created = created,
            mtime = mtime,
            architecture = architecture,
            platform = platform,
            uid = uid,
            gid = gid,
            layer_compression = layer_compression,
            compressor = compressor,
            lazy = lazy,
            passthru = passthru,
            common = kwargs,
        )
    )
