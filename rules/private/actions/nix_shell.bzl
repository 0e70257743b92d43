"""NixShell: the environment of a derivation, for an image of a nix shell."""

load("//rules/private/actions:strata.bzl", "run_strata")

def nix_shell_object(ctx, *, derivation, store_path, store_dir, shell, certificates, coreutils, extra_packages, texts, inputs, architecture, output):
    """Declares the action.

    Args:
      ctx: rule context with the attributes of nix_shell.
      derivation: NixDerivationInfo.
      store_path: string, of the object that the action makes.
      store_dir: string.
      shell: string, the path of bash in the image; None for the derivation's
        own builder.
      certificates: string, the store path of CA certificates, or None.
      coreutils: string, the store path of the object with bin/env, or None.
      extra_packages: list of store paths.
      texts: dict from command, run and shell_hook, those that there are, to
        strings.
      inputs: depset of StoreObjectInfo, all that the derivation may mention;
        None if that is not to be checked.
      architecture: string, the GOARCH of the image.
      output: string, the stem of the outputs' file names.

    Returns:
      struct: config and nar (Files).
    """
    config = ctx.actions.declare_file(output + ".shell-config.json")
    nar = ctx.actions.declare_file(output + ".nar")
    args = ctx.actions.args()
    args.use_param_file("@%s")
    args.set_param_file_format("multiline")
    args.add("shell")
    args.add("--drv", derivation.drv)
    if derivation.drv.extension == "json":
        args.add("--json")
    args.add("--object", store_path)
    args.add("--store-dir", store_dir)
    args.add(ctx.attr.uid, format = "--uid=%s")
    args.add(ctx.attr.gid, format = "--gid=%s")
    args.add("--architecture", architecture)
    args.add("--home-directory", ctx.attr.home_directory)
    for flag, value in [("--shell", shell), ("--ca-certificates", certificates), ("--coreutils", coreutils)]:
        if value:
            args.add(flag, value)
    args.add_all(extra_packages, before_each = "--extra-package")
    if inputs != None:
        args.add("--inputs-known")
        args.add_all(inputs, map_each = _store_path, before_each = "--input")
    files = [derivation.drv]
    for name, text in texts.items():
        file = ctx.actions.declare_file("{}.{}".format(output, name))
        ctx.actions.write(file, text)
        args.add("--{}-file".format(name.replace("_", "-")), file)
        files.append(file)
    args.add("--config-out", config)
    args.add("--object-out", nar)
    run_strata(
        ctx,
        arguments = [args],
        inputs = files,
        outputs = [config, nar],
        mnemonic = "NixShell",
        progress_message = "Describing the shell of %{label}",
    )
    return struct(config = config, nar = nar)

def _store_path(info):
    return info.store_path
