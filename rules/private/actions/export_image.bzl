"""ImageFileSystem: what a container of an image would see, as one tar."""

load("//rules/private/actions:image_records.bzl", "image_argument")
load("//rules/private/actions:strata.bzl", "run_strata")

def export_image(ctx, *, source, out):
    """Declares the action, which makes the layers' tars on the fly.

    Args:
      ctx: rule context.
      source: struct: image (ImageInfo, or None), or archive (File) with name, tag
        and architecture (strings that choose among its images).
      out: File, the tar.
    """
    args = ctx.actions.args()
    args.add("export")
    if not source.image:
        args.add_all([source.archive], before_each = "--archive", expand_directories = False)
        args.add(source.name, format = "--name=%s")
        args.add(source.tag, format = "--tag=%s")
        args.add(source.architecture, format = "--architecture=%s")
    args.add("--out", out)
    run_strata(
        ctx,
        arguments = [args] + ([image_argument(ctx.actions.args, "--image=", source.image.description)] if source.image else []),
        inputs = source.image.description.inputs if source.image else [source.archive],
        outputs = [out],
        mnemonic = "ImageFileSystem",
        progress_message = "Writing the file system of %{label}",
    )
