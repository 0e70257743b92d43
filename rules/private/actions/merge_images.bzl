"""MergedArchive: several images in one tar that `docker load` reads."""

load("//rules/private/actions:image_records.bzl", "image_argument")
load("//rules/private/actions:strata.bzl", "run_strata")

def merge_images(ctx, *, sources, architecture, compressor, out):
    """Declares the action, which makes the layers' tars on the fly.

    Args:
      ctx: rule context.
      sources: list of structs: label (string, for messages) and image
        (ImageInfo, or None) or archive (File).
      architecture: string, the GOARCH that chooses in an image index, or "".
      compressor: string: "gz", "none" or "zstd".
      out: File.
    """
    files = []
    described = []
    images = []
    args = ctx.actions.args()
    args.use_param_file("@%s")
    args.set_param_file_format("multiline")
    args.add("merge")
    for source in sources:
        args.add(source.label, format = "--label=%s")
        if source.image:
            images.append(image_argument(ctx.actions.args, "--from=image:", source.image.description))
            described.append(source.image.description.inputs)
        else:
            archive = ctx.actions.args()
            archive.add_all([source.archive], format_each = "--from=archive:%s", expand_directories = False)
            images.append(archive)
            files.append(source.archive)
    args.add(architecture, format = "--architecture=%s")
    args.add("--compressor", compressor)
    args.add("--out", out)
    run_strata(
        ctx,
        arguments = [args] + images,
        inputs = depset(files, transitive = described),
        outputs = [out],
        mnemonic = "MergedArchive",
        progress_message = "Writing the docker archive of %{label}",
    )
