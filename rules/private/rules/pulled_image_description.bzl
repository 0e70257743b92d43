"""NAME.image.json of an image that comes from a registry: its layers are in an OCI layout, or in the registry alone."""

load("//rules/private/actions:image_records.bzl", "image_records")
load("//rules/private/actions:layer_options.bzl", "DEFAULT_TIME")
load("//rules/private/actions:object_source.bzl", "run_files", "run_path")

def pulled_image_description(ctx, *, layout, layers, store_dir):
    """Describes the image twice: with paths in the runfiles for `bazel run`, and for actions.

    Args:
      ctx: rule context of pulled_image.
      layout: struct: files and marker, the one at the layout's root; None for an image by reference.
      layers: File, layers.json.
      store_dir: string.

    Returns:
      struct as image_description.
    """
    files = [ctx.file.config, ctx.file.manifest, ctx.file.tag_file, layers] + (layout.files if layout else [])
    run = _write_run(ctx, layout, layers, store_dir)
    runfiles = run_files(ctx, [run] + files)
    return struct(
        name = ctx.attr.image_name,
        run = run,
        runfiles = runfiles,
        whole_runfiles = runfiles,
        inputs = depset(files),
        records = image_records(
            ctx.label,
            texts = {
                "base.repository": ctx.attr.repository,
                "mtime": DEFAULT_TIME,
                "name": ctx.attr.image_name,
                "store_dir": store_dir,
            } | ({"base.architecture": ctx.attr.architecture} if layout else {}),
            files = {
                "config\0%s": ctx.file.config,
                "layers\0%s": layers,
                "manifest\0%s": ctx.file.manifest,
                "tag\0%s": ctx.file.tag_file,
            },
            folders = {"base.archive\0%s": layout.marker} if layout else {},
            objects = [],
            base = None,
        ),
    )

def _write_run(ctx, layout, layers, store_dir):
    out = ctx.actions.declare_file(ctx.label.name + ".image.json")
    base = {"origin": {"plain_http": ctx.attr.plain_http, "repository": ctx.attr.repository}}
    if layout:
        base.update({"architecture": ctx.attr.architecture, "archive": run_path(layout.marker).rpartition("/")[0], "name": "", "tag": ""})
    ctx.actions.write(out, json.encode({
        "base": base,
        "config": run_path(ctx.file.config),
        "layers": run_path(layers),
        "manifest": run_path(ctx.file.manifest),
        "mtime": DEFAULT_TIME,
        "name": ctx.attr.image_name,
        "store_dir": store_dir,
        "tag": run_path(ctx.file.tag_file),
        "version": 1,
    }) + "\n")
    return out
