"""An image as the programs read it that make its bytes: NAME.image.json for `bazel run`, and records for actions."""

load("//rules/private/actions:image_records.bzl", "image_records")
load("//rules/private/actions:object_pool.bzl", "pool_files")
load("//rules/private/actions:object_source.bzl", "run_files", "run_path")
load("//rules/private/values:labels.bzl", "display_label")

def image_description(ctx, *, name, base, config, created, customisation, layer_compression, layers, lazy, objects, options, mtime_at_run, tag):
    """Describes the image twice: with paths in the runfiles for `bazel run`, and for actions.

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
      struct: name, run (File), runfiles (all that run names, but for a base that is
      an image and for what a lazy image leaves out), whole_runfiles (with that),
      records (from image_records), inputs (depset: all that records name).
    """
    own = [config, layers, tag] + ([options.mtime_file] if options.mtime_file else [])
    list_file = ctx.actions.declare_file(ctx.label.name + ".objects")
    lines = ctx.actions.args()
    lines.set_param_file_format("multiline")
    lines.add_all(objects, map_each = _lazy_object_line if lazy else _object_line)
    ctx.actions.write(list_file, lines)

    mtime_file = None if mtime_at_run else options.mtime_file
    mtime = "now" if mtime_at_run else options.mtime
    run = ctx.actions.declare_file(ctx.label.name + ".image.json")
    ctx.actions.write(run, json.encode({
        "base": _base(base),
        "config": run_path(config),
        "created": "now" if created == "now" else "",
        "customisation": run_path(customisation),
        "gid": options.gid,
        "gname": options.gname,
        "layer_compression": layer_compression,
        "layers": run_path(layers),
        "lazy": lazy,
        "mtime": "@" + run_path(mtime_file) if mtime_file else mtime,
        "name": name,
        "objects": run_path(list_file),
        "store_dir": options.store_dir,
        "tag": run_path(tag),
        "uid": options.uid,
        "uname": options.uname,
        "version": 1,
    }) + "\n")
    base_files = [base.archive] if base and base.archive else []
    small = own + [run, list_file] + base_files
    whole = run_files(ctx, small + [customisation]).merge_all([info.source.runfiles for info in objects])
    runfiles = run_files(ctx, small).merge_all([info.source.lazy_runfiles for info in objects]) if lazy else whole
    below = base.image.description if base and base.image else None
    return struct(
        name = name,
        run = run,
        runfiles = runfiles,
        whole_runfiles = whole.merge(runfiles) if lazy else whole,
        inputs = depset(own + [customisation] + base_files, transitive = pool_files(objects) + ([below.inputs] if below else [])),
        records = image_records(
            ctx.label,
            texts = {
                "gid": str(options.gid),
                "gname": options.gname,
                "name": name,
                "store_dir": options.store_dir,
                "uid": str(options.uid),
                "uname": options.uname,
            } | ({} if mtime_file else {"mtime": mtime}) | _selection(base),
            files = {
                "config\0%s": config,
                "customisation\0%s": customisation,
                "layers\0%s": layers,
                "tag\0%s": tag,
            } | ({"mtime\0@%s": mtime_file} if mtime_file else {}) | {"base.archive\0%s": archive for archive in base_files},
            folders = {},
            objects = objects,
            base = below,
        ),
    )

def _base(base):
    if not base:
        return None
    if base.image:
        return {"image": run_path(base.image.description.run)}
    return {"archive": run_path(base.archive), "architecture": base.architecture, "name": base.name, "tag": base.tag}

def _selection(base):
    """The records that choose among the images of an archive."""
    if not base or base.image:
        return {}
    return {"base.architecture": base.architecture, "base.name": base.name, "base.tag": base.tag}

def _object_line(info):
    return "\0".join(_object_fields(info))

def _lazy_object_line(info):
    return "\0".join(_object_fields(info) + [run_path(info.source.listed)])

def _object_fields(info):
    source = run_path(info.source.nar) if info.source.nar else "@" + run_path(info.source.runfiles_manifest)
    return [info.store_path, source, display_label(info.label), info.origin or ""]
