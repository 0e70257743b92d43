"""CustomisationLayer: the top layer, links to the contents."""

load("//rules/private/actions:strata.bzl", "run_strata")
load("//rules/private/values:labels.bzl", "display_label")

def customisation_layer(ctx, *, contents, options, output):
    """Declares the action. It reads listings, not bytes: editing a file in place does not run it again.

    Args:
      ctx: rule context.
      contents: list of StoreObjectInfo, in the order in which they win.
      options: struct from layer_options; the owner is always 0:0.
      output: string, the stem of the outputs' file names.

    Returns:
      struct: tar, metadata (layer.json) and references (store paths that the
      layer mentions), Files.
    """
    tar = ctx.actions.declare_file(output + ".customisation.tar")
    metadata = ctx.actions.declare_file(output + ".customisation.layer.json")
    references = ctx.actions.declare_file(output + ".customisation.references.json")
    args = ctx.actions.args()
    args.use_param_file("@%s")
    args.set_param_file_format("multiline")
    args.add("customisation")
    args.add(options.mtime, format = "--mtime=%s")
    args.add("--store-dir", options.store_dir)
    args.add("--tar", tar)
    args.add("--metadata", metadata)
    args.add("--references-out", references)
    for content in contents:
        args.add("--content")
        args.add(content.listing, format = content.store_path + "=%s")
        args.add(display_label(content.label), format = "--label=%s")
    run_strata(
        ctx,
        arguments = [args],
        inputs = [content.listing for content in contents],
        outputs = [tar, metadata, references],
        mnemonic = "CustomisationLayer",
        progress_message = "Linking the contents of %{label}",
    )
    return struct(tar = tar, metadata = metadata, references = references)
