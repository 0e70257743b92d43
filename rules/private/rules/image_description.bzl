"""NAME.image.json: an image as the programs read it that make its bytes."""

load("//rules/private/actions:object_pool.bzl", "pool_files", "write_pool")
load("//rules/private/actions:object_source.bzl", "run_files", "run_path")
load("//rules/private/values:labels.bzl", "display_label")

def image_description(ctx, *, name, base, config, created, customisation, layer_compression, layers, lazy, objects, options, mtime_at_run, tag):
    """Describes the image twice: with paths in the runfiles for `bazel run`, and with exec paths for actions.

    Args:
      ctx: rule context.
      name: string, the repository part of the image's name.
      base: struct from image_base, or None.
      config: File, the image's config.
      created: string, "now" when the config's time is that of the run.
      customisation: File, the top layer's tar.
      layer_compression: string, "gzip" or "zstd".
      layers: File, layers.json.
      lazy: bool, what the build made of the layers' bytes is not in the runfiles.
      objects: list of StoreObjectInfo, the candidates.
      options: struct from layer_options.
      mtime_at_run: bool, the files' time is that of the run.
      tag: File, one line.

    Returns:
      struct: name, run and exec (Files), runfiles (all that run names, but for a
      base that is an image and for what a lazy image leaves out), whole_runfiles
      (with that), exec_files (depset: all that exec names).
    """
    own = [config, layers, tag] + ([options.mtime_file] if options.mtime_file else [])

    def fields(path):
        return {
            "base": _base(base, path),
            "config": path(config),
            "created": "now" if created == "now" else "",
            "customisation": path(customisation),
            "gid": options.gid,
            "gname": options.gname,
            "layer_compression": layer_compression,
            "layers": path(layers),
            "mtime": "now" if mtime_at_run else "@" + path(options.mtime_file) if options.mtime_file else options.mtime,
            "name": name,
            "store_dir": options.store_dir,
            "tag": path(tag),
            "uid": options.uid,
            "uname": options.uname,
            "version": 1,
        }

    list_file = ctx.actions.declare_file(ctx.label.name + ".objects")
    lines = ctx.actions.args()
    lines.set_param_file_format("multiline")
    lines.add_all(objects, map_each = _lazy_object_line if lazy else _object_line)
    ctx.actions.write(list_file, lines)
    pool = write_pool(ctx, objects, output = ctx.label.name)

    run = ctx.actions.declare_file(ctx.label.name + ".image.json")
    ctx.actions.write(run, json.encode(fields(run_path) | {"lazy": lazy, "objects": run_path(list_file)}) + "\n")
    exec = ctx.actions.declare_file(ctx.label.name + ".exec-image.json")
    ctx.actions.write(exec, json.encode(fields(_exec_path) | {"object_set": pool.path}) + "\n")
    base_files = _base_files(base)
    small = own + [run, list_file] + base_files
    whole = run_files(ctx, small + [customisation]).merge_all([info.source.runfiles for info in objects])
    runfiles = run_files(ctx, small).merge_all([info.source.lazy_runfiles for info in objects]) if lazy else whole
    return struct(
        exec = exec,
        name = name,
        exec_files = depset(own + [customisation, exec, pool] + base_files, transitive = pool_files(objects) + ([base.image.description.exec_files] if base and base.image else [])),
        run = run,
        runfiles = runfiles,
        whole_runfiles = whole.merge(runfiles) if lazy else whole,
    )

def _exec_path(file):
    return file.path

def _base(base, path):
    if not base:
        return None
    if base.image:
        description = base.image.description
        return {"image": path(description.run if path == run_path else description.exec)}
    return {"archive": path(base.archive), "architecture": base.architecture, "name": base.name, "tag": base.tag}

def _base_files(base):
    return [base.archive] if base and base.archive else []

def _object_line(info):
    return "\0".join(_object_fields(info))

def _lazy_object_line(info):
    return "\0".join(_object_fields(info) + [run_path(info.source.listed)])

def _object_fields(info):
    source = run_path(info.source.nar) if info.source.nar else "@" + run_path(info.source.runfiles_manifest)
    return [info.store_path, source, display_label(info.label), info.origin or ""]
