"""DockerArchive: the tar that `docker load` reads."""

load("//rules/private/actions:image_records.bzl", "image_argument")
load("//rules/private/actions:strata.bzl", "run_strata")

def docker_archive(ctx, *, description, compressor, output):
    """Declares the action, which makes the layers' tars on the fly.

    Args:
      ctx: rule context.
      description: struct from image_description.
      compressor: string: "gz", "none" or "zstd".
      output: string, the output's file name.

    Returns:
      File.
    """
    out = ctx.actions.declare_file(output)
    args = ctx.actions.args()
    args.add("archive")
    args.add("--compressor", compressor)
    args.add("--out", out)
    run_strata(
        ctx,
        arguments = [args, image_argument(ctx.actions.args, "--image=", description)],
        inputs = description.inputs,
        outputs = [out],
        mnemonic = "DockerArchive",
        progress_message = "Writing the docker archive of %{label}",
    )
    return out
