"""What changes an image's customisation layer after the contents are linked: the Nix database, and scripts."""

load("//rules/private/providers:store_object_info.bzl", "closure_of")
load("//rules/private/values:expansion.bzl", "expand")

IMAGE_SCRIPTS_ATTRS = {
    "extra_commands": attr.string(doc = "Shell commands in the tree of the layer, as an ordinary user."),
    "include_nix_db": attr.bool(doc = "A database of the contents' closure, for Nix in the image."),
    "tools": attr.label_list(doc = "Programs that scripts can start by name.", allow_files = True, cfg = "exec"),
}

LAYERED_IMAGE_SCRIPTS_ATTRS = IMAGE_SCRIPTS_ATTRS | {
    "enable_fakechroot": attr.bool(doc = "Absolute paths in `fake_root_commands` mean the image's root."),
    "fake_root_commands": attr.string(doc = "Shell commands after those, as root."),
}

def layered_image_scripts(ctx, objects):
    """Writes the scripts of a layered image.

    Args:
      ctx: rule context with LAYERED_IMAGE_SCRIPTS_ATTRS.
      objects: struct from image_objects.

    Returns:
      struct: extra_commands and fake_root_commands (Files or None), files
      (those that there are), fakechroot (bool), nix_db (list of
      StoreObjectInfo for the database, or None), tools (FilesToRunProviders);
      None when there is nothing to do.
    """
    extra = image_script(ctx, "extra_commands", objects.paths)
    fake_root = image_script(ctx, "fake_root_commands", objects.paths)
    if not extra and not fake_root and not ctx.attr.include_nix_db:
        return None
    return struct(
        extra_commands = extra,
        fake_root_commands = fake_root,
        fakechroot = ctx.attr.enable_fakechroot,
        files = [script for script in [extra, fake_root] if script],
        nix_db = registered_objects(ctx, objects),
        tools = script_tools(ctx),
    )

def image_script(ctx, attribute, paths):
    """Writes one script.

    Args:
      ctx: rule context.
      attribute: string, the name of the attribute with its text.
      paths: dict from labels to store paths.

    Returns:
      File, or None for an empty text.
    """
    text = getattr(ctx.attr, attribute)
    if not text:
        return None
    out = ctx.actions.declare_file("{}.{}.sh".format(ctx.label.name, attribute))
    ctx.actions.write(out, expand(text, paths, "{}: {}".format(ctx.label, attribute)))
    return out

def registered_objects(ctx, objects):
    """The objects in the database of Nix that the image has.

    Args:
      ctx: rule context with IMAGE_SCRIPTS_ATTRS.
      objects: struct from image_objects.

    Returns:
      list of StoreObjectInfo, or None when it has none.
    """
    if not ctx.attr.include_nix_db:
        return None
    paths = {info.store_path: None for info in closure_of(objects.contents).to_list()}
    return [info for info in objects.all if info.store_path in paths]

def script_tools(ctx):
    """The programs that scripts can start.

    Args:
      ctx: rule context with IMAGE_SCRIPTS_ATTRS.

    Returns:
      list of FilesToRunProviders.
    """
    return [_program(ctx, target) for target in ctx.attr.tools]

def _program(ctx, target):
    program = target[DefaultInfo].files_to_run
    if not program or not program.executable:
        fail("{}: tools: {} is not a program: give an executable target".format(ctx.label, target.label))
    return program
