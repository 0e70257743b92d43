"""ImageTime: the time of the build, for images whose files have it."""

load("//rules/private/actions:strata.bzl", "run_strata")

def image_time(ctx, *, content, output):
    """Declares the action. It runs when the content changes, never because time has passed.

    Args:
      ctx: rule context.
      content: list of Files that stand for the image's content.
      output: string, the stem of the output's file name.

    Returns:
      File: seconds since 1970 with a sign, one line.
    """
    out = ctx.actions.declare_file(output + ".time")
    args = ctx.actions.args()
    args.add("time")
    args.add("--status", ctx.version_file)
    args.add("--out", out)
    run_strata(
        ctx,
        arguments = [args],
        inputs = [ctx.version_file] + content,
        outputs = [out],
        mnemonic = "ImageTime",
        plain_paths = True,
        progress_message = "Noting the time of %{label}",
    )
    return out
