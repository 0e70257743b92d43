"""The macro build_layered_image."""

load("//rules/private/rules:layered_image.bzl", _plain = "build_layered_image", _scripted = "scripted_build_layered_image")
load("//rules/private/values:image_attributes.bzl", "image_attributes")

def build_layered_image(
        name,
        image_name = None,
        tag = None,
        from_image = None,
        from_image_name = None,
        from_image_tag = None,
        inherit_config = ["*"],
        contents = [],
        collisions = "first",
        config = None,
        config_deps = [],
        extra_commands = "",
        fake_root_commands = "",
        enable_fakechroot = False,
        real_root = False,
        disk_size = 1024,
        build_vm_memory_size = 512,
        tools = [],
        store_deps = [],
        include_store_paths = True,
        include_nix_db = False,
        max_layers = 100,
        layering = "popularity",
        layering_debug = False,
        min_layer_size = 0,
        created = "1970-01-01T00:00:01Z",
        mtime = "1970-01-01T00:00:01Z",
        architecture = None,
        platform = None,
        uid = 0,
        gid = 0,
        uname = "root",
        gname = "root",
        layer_compression = "gzip",
        compressor = "gz",
        lazy = False,
        passthru = {},
        **kwargs):
    """A layered image as a file: `stream_layered_image` as a docker archive.

    `bazel build` makes `<name>.tar.gz` (`.tar.zst`, `.tar`), for `docker load`;
    `bazel run` loads the image, sending only the layers that are missing.

    ```starlark
    build_layered_image(
        name = "hello_archive",
        image_name = "hello",
        tag = "latest",
        contents = [":hello"],
        config = {"Cmd": ["/bin/hello"]},
        compressor = "zstd",
    )
    ```

    Args:
      name: the target's name: `"hello_image"`.
      image_name: the repository part of the image's name, lower-cased; the
        target's name when None: `"registry.example.com/team/hello"`.
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
      contents: a label or a list of labels: store objects, whose files are
        linked into the image's root, the first winning; any other target with
        files becomes an object of its own: `[":hello", "@nix//:bash"]`.
      collisions: what happens when two of the contents give one path:
        `"first"` wins, with a warning; or it is an `"error"`.
      config: the image's config: a dict with the field names of the Docker
        image specification v1.3, `{"Cmd": ["/bin/hello"], "Env": ["A=b"]}`, which
        are listed under `image_config`; or JSON text of `image_config`, which may
        stand in a `select`; or the label of a JSON file. In every string of a dict
        `$(store_path LABEL)` is replaced by the object's store path and brings its
        closure into the image.
      config_deps: labels of the objects named by a config that is not a plain
        dict: `[":hello"]`.
      extra_commands: a shell script that runs in the tree of links, as an
        ordinary user, with paths relative to the image's root:
        `"mkdir -p tmp && chmod 1777 tmp"`. `$(store_path LABEL)` works as in
        `config`; what the result mentions is in the image. Scripts do not see
        the files of `from_image`.
      fake_root_commands: a shell script that runs after it, as root: owners,
        modes and devices that it sets are those of the image:
        `"mkdir -p home/a && chown 1000:1000 home/a"`.
      enable_fakechroot: absolute paths in `fake_root_commands` are the image's:
        with `True`, `"mkdir -p /etc && useradd --create-home alice"` works.
      real_root: with `enable_fakechroot`, how `fake_root_commands` runs: `False` in an
        interpreter of our own, which works on every machine; `True` as real
        processes, in namespaces without network, with a shell and programs that
        `contents` or `store_deps` bring. It needs Linux with user namespaces.
      disk_size: scratch space of `fake_root_commands` with `real_root`, in
        megabytes: `4096`. More is an error.
      build_vm_memory_size: memory that its programs may take together, in
        megabytes: `1024`. More is an error.
      tools: labels of programs that scripts can start by name, beside the
        built-in commands: `["//tools:generate_config"]`.
      store_deps: labels of further objects that scripts can read and that
        their results may mention: `[":templates"]`.
      include_store_paths: whether the store objects are in the image; `False` for
        images that run with the store mounted.
      include_nix_db: whether the image has a database of its contents' closure,
        for Nix in the image: `True`.
      max_layers: the most layers the image may have, those of the base image
        and the one of links included; at least 2: `60`.
      layering: how the objects are ordered and split: `"popularity"`,
        `"popularity_pinned"` (for images of Bazel targets), `"auto"`, `"size"`,
        `"origin"`, `"stable"`, a pipeline as a nested list
        (`[["popularity_contest"], ["limit_layers", 60]]`), or the label of a JSON
        file with one. See [layering](layering.md).
      layering_debug: with `True`, prints why each object is in its layer;
        `bazel run <target> -- layers` shows it without a build.
      min_layer_size: the fewest bytes of objects that a layer should have:
        `1000000`. Objects in smaller ones are put together; `0` for none. Not for
        a pipeline.
      created: ISO 8601 time in the config, `"2026-01-31T12:00:00Z"` (UTC without a
        zone, midnight without a time of day), or seconds since 1970, or `"now"`:
        the time of the build that made the config (not reproducible).
      mtime: time of every file in the image, written as `created`, or `"now"`:
        the time of the build in which the content changed; no layer is
        shared with other images then.
      architecture: GOARCH in the config, `"arm64"`, and nothing else; the target
        platform's when None. To build for another one, set `platform`.
      platform: label of the Linux platform to build for, `"//platforms:arm64"`;
        the target platform when None.
      uid: owner of the store objects' files, a number: `1000`.
      gid: group of the store objects' files, a number: `1000`.
      uname: owner of the store objects' files, a name: `"alice"`.
      gname: group of the store objects' files, a name: `"users"`.
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
    image = _scripted if extra_commands or fake_root_commands or include_nix_db else _plain
    image(
        name = name,
        **image_attributes(
            name = name,
            image_name = image_name,
            tag = tag,
            from_image = from_image,
            from_image_name = from_image_name,
            from_image_tag = from_image_tag,
            inherit_config = inherit_config,
            contents = {"contents": contents},
            collisions = collisions,
            config = config,
            config_deps = config_deps,
            scripts = {"extra_commands": extra_commands, "fake_root_commands": fake_root_commands},
            enable_fakechroot = enable_fakechroot,
            real_root = real_root,
            disk_size = disk_size,
            build_vm_memory_size = build_vm_memory_size,
            tools = tools,
            store_deps = store_deps,
            include_store_paths = include_store_paths,
            include_nix_db = include_nix_db,
            max_layers = max_layers,
            layering = layering,
            layering_debug = layering_debug,
            min_layer_size = min_layer_size,
            created = created,
            mtime = mtime,
            architecture = architecture,
            platform = platform,
            uid = uid,
            gid = gid,
            uname = uname,
            gname = gname,
            layer_compression = layer_compression,
            compressor = compressor,
            lazy = lazy,
            passthru = passthru,
            common = kwargs,
        )
    )
