"""Certificates: a bundle of certificates that has been checked."""

load("//rules/private/actions:strata.bzl", "run_strata")
load("//rules/private/values:labels.bzl", "display_label")

def certificates(ctx, *, file, label, output):
    """Declares the action, which fails unless the file is PEM with certificates.

    Args:
      ctx: rule context.
      file: File.
      label: Label, what messages call it.
      output: string, the stem of the output's file name.

    Returns:
      File: the same bundle.
    """
    out = ctx.actions.declare_file(output + ".ca-bundle.crt")
    args = ctx.actions.args()
    args.add("certificates")
    args.add("--file", file)
    args.add("--label", display_label(label))
    args.add("--out", out)
    run_strata(
        ctx,
        arguments = [args],
        inputs = [file],
        outputs = [out],
        mnemonic = "Certificates",
        progress_message = "Checking the certificates of %{label}",
    )
    return out
