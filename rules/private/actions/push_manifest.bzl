"""PushManifest: an image's manifest and config as they are pushed, and what they are called."""

load("//rules/private/actions:strata.bzl", "run_strata")

def push_manifest(ctx, *, manifest, config, repository, tags, tag_files, additions, status, reference, output):
    """Declares the action.

    Args:
      ctx: rule context.
      manifest: File, the image's manifest, or an index.
      config: File, the image's config; None for an index.
      repository: string.
      tags: list of strings.
      tag_files: list of Files with tags, one a line.
      additions: File with annotations and labels, or None.
      status: list of Files: Bazel's status files, none for a build without stamping.
      reference: File, where `repository@digest` goes, one line.
      output: string, the stem of the other outputs' file names.

    Returns:
      struct of Files: manifest, config (None for an index), reference (one line), tags (one a line).
    """
    outputs = struct(
        config = ctx.actions.declare_file(output + ".config.json") if config else None,
        manifest = ctx.actions.declare_file(output + ".manifest.json"),
        reference = reference,
        tags = ctx.actions.declare_file(output + ".tags"),
    )
    inputs = [manifest] + tag_files + status
    args = ctx.actions.args()
    args.add("stamp")
    args.add("--manifest", manifest)
    if config:
        args.add("--config", config)
        args.add("--config-out", outputs.config)
        inputs.append(config)
    args.add(repository, format = "--repository=%s")
    args.add_all(tags, format_each = "--tag=%s")
    args.add_all(tag_files, before_each = "--tag-file")
    if additions:
        args.add("--additions", additions)
        inputs.append(additions)
    args.add_all(status, before_each = "--status")
    args.add("--manifest-out", outputs.manifest)
    args.add("--reference-out", outputs.reference)
    args.add("--tags-out", outputs.tags)
    run_strata(
        ctx,
        arguments = [args],
        inputs = inputs,
        outputs = [outputs.manifest, outputs.reference, outputs.tags] + ([outputs.config] if config else []),
        mnemonic = "PushManifest",
        plain_paths = bool(status),
        progress_message = "Writing the manifest that %{label} pushes",
    )
    return outputs
