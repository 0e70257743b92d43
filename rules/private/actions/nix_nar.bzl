"""NixNAR and NixFetch: the NAR of a store object from a file of a binary cache."""

load("//rules/private/actions:strata.bzl", "run_strata")

def nix_nar(ctx, *, file, pinned, output):
    """Declares the action that decompresses a file and checks all that is pinned.

    Args:
      ctx: rule context.
      file: File.
      pinned: struct: store_path, compression, content_address, nar_hash,
        nar_size (strings), references, signatures, trusted_public_keys (lists
        of strings).
      output: string, the stem of the outputs' file names.

    Returns:
      struct: nar and info (Files).
    """
    outputs = _outputs(ctx, output)
    args = ctx.actions.args()
    args.add("nar")
    args.add("--file", file)
    _add_pinned(args, pinned, outputs)
    run_strata(
        ctx,
        arguments = [args],
        inputs = [file],
        outputs = [outputs.nar, outputs.info],
        mnemonic = "NixNAR",
        progress_message = "Importing %{label}",
    )
    return outputs

def nix_fetch(ctx, *, fetcher, urls, caches, file_hash, pinned, output):
    """Declares the action that also downloads the file; only its NAR is kept.

    Args:
      ctx: rule context.
      fetcher: FilesToRunProvider of the program that downloads.
      urls: list of strings, tried in this order.
      caches: list of strings, the URLs of the caches that logins may go to.
      file_hash: string, the file's SHA-256 (sha256-BASE64).
      pinned: struct, as of nix_nar.
      output: string, the stem of the outputs' file names.

    Returns:
      struct: nar and info (Files).
    """
    outputs = _outputs(ctx, output)
    args = ctx.actions.args()
    args.add("fetch")
    args.add_all(urls, before_each = "--url")
    args.add_all(caches, before_each = "--cache")
    args.add("--file-hash", file_hash)
    _add_pinned(args, pinned, outputs)
    ctx.actions.run(
        executable = fetcher,
        arguments = [args],
        inputs = [],
        outputs = [outputs.nar, outputs.info],
        mnemonic = "NixFetch",
        progress_message = "Downloading %{label}",
        execution_requirements = {"requires-network": "1", "supports-path-mapping": "1"},
        use_default_shell_env = True,
    )
    return outputs

def _outputs(ctx, output):
    return struct(
        info = ctx.actions.declare_file(output + ".info.json"),
        nar = ctx.actions.declare_file(output + ".nar"),
    )

def _add_pinned(args, pinned, outputs):
    args.add("--store-path", pinned.store_path)
    args.add("--compression", pinned.compression)
    args.add("--nar-hash", pinned.nar_hash)
    args.add("--nar-size", pinned.nar_size)
    args.add_all(pinned.references, before_each = "--reference")
    args.add_all(pinned.signatures, before_each = "--signature")
    args.add_all(pinned.trusted_public_keys, before_each = "--trusted-public-key")
    if pinned.content_address:
        args.add("--content-address", pinned.content_address)
    args.add("--out", outputs.nar)
    args.add("--info-out", outputs.info)
