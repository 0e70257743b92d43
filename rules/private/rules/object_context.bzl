"""What every rule that makes store objects needs: its attributes, and the path from a source to StoreObjectInfo."""

load("@bazel_skylib//rules:common_settings.bzl", "BuildSettingInfo")
load("//rules/private/actions:layer_options.bzl", "layer_options")
load("//rules/private/actions:object_files.bzl", "object_files")
load("//rules/private/actions:object_info.bzl", "object_info")
load("//rules/private/actions:object_layer.bzl", "object_layer")
load("//rules/private/actions:object_source.bzl", "add_records", "run_files")
load("//rules/private/platform:target_platform.bzl", "TargetPlatformInfo")
load("//rules/private/providers:store_object_info.bzl", "StoreObjectInfo", "closure_of")
load("//rules/private/rules:runfiles_groups.bzl", "group_origin", "label_group")
load("//rules/private/values:store_path.bzl", "bazel_store_path")

OBJECT_CONTEXT_ATTRS = {
    # The prefix keeps an aspect's attributes apart from those of users' rules.
    "_strata_platform": attr.label(
        doc = "The target platform.",
        default = "//rules/private/platform:target_platform",
        providers = [TargetPlatformInfo],
    ),
    "_strata_store_dir": attr.label(
        doc = "The store directory.",
        default = "//rules:store_dir",
        providers = [BuildSettingInfo],
    ),
}

def store_dir(ctx):
    """The store directory of this build.

    Args:
      ctx: rule or aspect context with OBJECT_CONTEXT_ATTRS.

    Returns:
      string, absolute, without a slash at its end.
    """
    value = ctx.attr._strata_store_dir[BuildSettingInfo].value
    if not value.startswith("/") or value.endswith("/") or "//" in value:
        fail("--@rules_strata//rules:store_dir={}: want an absolute path without a slash at its end".format(value))
    return value

def target_platform(ctx):
    """The target platform.

    Args:
      ctx: rule or aspect context with OBJECT_CONTEXT_ATTRS.

    Returns:
      TargetPlatformInfo.
    """
    return ctx.attr._strata_platform[TargetPlatformInfo]

def label_store_path(ctx, label, salt = ""):
    """The store path of the object that a target of Bazel's own makes.

    Args:
      ctx: rule or aspect context with OBJECT_CONTEXT_ATTRS.
      label: Label of the target.
      salt: string, changes the hash and nothing else.

    Returns:
      string.
    """
    return bazel_store_path(store_dir = store_dir(ctx), label = label, platform = target_platform(ctx), salt = salt)

def make_store_object(ctx, *, label, store_path, source, deps, references, mutable, allow_undeclared_references, output, info = None, has_deps = True, image_root = None, origin = None):
    """Declares an object's actions and describes it.

    Args:
      ctx: rule or aspect context with OBJECT_CONTEXT_ATTRS and the toolchain.
      label: Label of the target.
      store_path: string.
      source: struct, the object's source.
      deps: list of StoreObjectInfo that the object refers to.
      references: list of strings, the store paths of what it refers to.
      mutable: bool, the path does not determine the bytes.
      allow_undeclared_references: bool, turns the scan off.
      output: string, the stem of the outputs' file names.
      info: File or None, info.json of the object where it is there already.
      has_deps: bool, the target has an attribute for its references.
      image_root: string, see StoreObjectInfo; the source has it too.
      origin: string, see StoreObjectInfo; that of the label when None.

    Returns:
      StoreObjectInfo.
    """
    listing = ctx.actions.declare_file(output + ".listing.mtree")
    references = tuple(sorted({path: None for path in references}.keys()))
    source = _with_runfiles(ctx, source, object_files(ctx, store_path = store_path, source = source, output = output), output)
    return StoreObjectInfo(
        allow_undeclared_references = allow_undeclared_references,
        has_deps = has_deps,
        image_root = image_root,
        info = info or object_info(ctx, store_path = store_path, source = source, output = output),
        label = label,
        layer = object_layer(
            ctx,
            store_path = store_path,
            source = source,
            references = None if allow_undeclared_references else references,
            has_deps = has_deps,
            options = layer_options(store_dir = store_dir(ctx)),
            compressions = ["gzip", "zstd"],
            output = output,
            listing = listing,
        ),
        listing = listing,
        mutable = mutable,
        origin = origin or (group_origin(label_group(label)) if mutable else None),
        references = references,
        source = source,
        store_path = store_path,
        transitive = closure_of(deps),
    )

def _with_runfiles(ctx, source, listed, output):
    """The source with what `bazel run` needs of it: the files, and of a tree the manifest.

    A lazy image has only what is here anyway, and the list of the others.
    """
    files = source.files.to_list()
    here = [file for file in files if file.is_source] + [listed]
    manifest = None
    if not source.nar:
        manifest = ctx.actions.declare_file(output + ".runfiles.manifest")
        lines = ctx.actions.args()
        lines.set_param_file_format("multiline")
        add_records(lines, source, runfiles = True)
        ctx.actions.write(manifest, lines)
        files = files + [manifest]
        here.append(manifest)
    return struct(
        nar = source.nar,
        entries = source.entries,
        files = source.files,
        lazy_runfiles = run_files(ctx, here),
        listed = listed,
        outputs = source.outputs,
        runfiles = run_files(ctx, files, source.outputs),
        runfiles_manifest = manifest,
    )
