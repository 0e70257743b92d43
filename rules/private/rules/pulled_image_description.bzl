"""NAME.image.json of an image that comes from a registry: its layers are in an OCI layout, or in the registry alone."""

load("//rules/private/actions:layer_options.bzl", "DEFAULT_TIME")
load("//rules/private/actions:object_source.bzl", "run_files", "run_path")

def pulled_image_description(ctx, *, layout, layers, store_dir):
    """Describes the image twice: with paths in the runfiles for `bazel run`, and with exec paths for actions.

    Args:
      ctx: rule context of pulled_image.
      layout: struct: files and marker, the one at the layout's root; None for an image by reference.
      layers: File, layers.json.
      store_dir: string.

    Returns:
      struct as image_description.
    """
    files = [ctx.file.config, ctx.file.manifest, ctx.file.tag_file, layers] + (layout.files if layout else [])
    run = _write(ctx, ".image.json", layout, layers, store_dir, run_path)
    exec = _write(ctx, ".exec-image.json", layout, layers, store_dir, _exec_path)
    runfiles = run_files(ctx, [run] + files)
    return struct(
        exec = exec,
        exec_files = depset([exec] + files),
        name = ctx.attr.image_name,
        run = run,
        runfiles = runfiles,
        whole_runfiles = runfiles,
    )

def _exec_path(file):
    return file.path

def _write(ctx, suffix, layout, layers, store_dir, path):
    out = ctx.actions.declare_file(ctx.label.name + suffix)
    base = {"origin": {"plain_http": ctx.attr.plain_http, "repository": ctx.attr.repository}}
    if layout:
        base.update({"architecture": ctx.attr.architecture, "archive": path(layout.marker).rpartition("/")[0], "name": "", "tag": ""})
    ctx.actions.write(out, json.encode({
        "base": base,
        "config": path(ctx.file.config),
        "layers": path(layers),
        "manifest": path(ctx.file.manifest),
        "mtime": DEFAULT_TIME,
        "name": ctx.attr.image_name,
        "store_dir": store_dir,
        "tag": path(ctx.file.tag_file),
        "version": 1,
    }) + "\n")
    return out
