"""PulledLayers and PulledLayout: what is in the layers of an image that comes from a registry, and all of it as a directory."""

load("//rules/private/actions:strata.bzl", "run_strata")

def pulled_image_layers(ctx, *, layout, store_dir, output):
    """Declares the action, which checks all of the image against its digests.

    Without a layout, diff IDs are all that is known: numbers are 0.

    Args:
      ctx: rule context of pulled_image.
      layout: struct: files and marker, the one at the layout's root; None for an image by reference.
      store_dir: string.
      output: string, the stem of the output's file name.

    Returns:
      File: layers.json.
    """
    layers = ctx.actions.declare_file(output + ".layers.json")
    if not layout:
        ctx.actions.write(layers, json.encode({
            "layers": [
                {"diff_id": diff_id, "entries": 0, "kind": "base", "size": 0, "store_paths": []}
                for diff_id in ctx.attr.diff_ids
            ],
            "objects": {},
            "version": 1,
        }) + "\n")
        return layers
    info = ctx.actions.declare_file(output + ".base.json")
    config = ctx.actions.declare_file(output + ".base-config.json")
    args = ctx.actions.args()
    args.add("base")
    args.add("--image", layout.marker.dirname)
    args.add(ctx.attr.architecture, format = "--architecture=%s")
    args.add("--store-dir", store_dir)
    args.add("--layers-out", layers)
    args.add("--out", info)
    args.add("--config-out", config)
    run_strata(
        ctx,
        arguments = [args],
        inputs = layout.files,
        outputs = [layers, info, config],
        mnemonic = "PulledLayers",
        progress_message = "Reading the layers of %{label}",
    )
    return layers

def pulled_image_layout(ctx, *, layout, output):
    """Declares the action that makes one directory of the layout's files. It runs only when something asks for it.

    Args:
      ctx: rule context of pulled_image.
      layout: struct as for pulled_image_layers.
      output: string, the stem of the output's name.

    Returns:
      File: a directory.
    """
    out = ctx.actions.declare_directory(output + ".oci")
    args = ctx.actions.args()
    args.add("copy-layout")
    args.add("--layout", layout.marker.dirname)
    args.add_all([out], before_each = "--out", expand_directories = False)
    run_strata(
        ctx,
        arguments = [args],
        inputs = layout.files,
        outputs = [out],
        mnemonic = "PulledLayout",
        progress_message = "Writing the OCI layout of %{label}",
    )
    return out
