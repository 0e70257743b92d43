"""DockerArchive: the tar that `docker load` reads."""

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
    args.add("--image", description.exec)
    args.add("--compressor", compressor)
    args.add("--out", out)
    run_strata(
        ctx,
        arguments = [args],
        inputs = description.exec_files,
        outputs = [out],
        mnemonic = "DockerArchive",
        progress_message = "Writing the docker archive of %{label}",
        plain_paths = True,
    )
    return out
