"""What changes an image's customisation layer after the contents are linked: the Nix database, and scripts."""

load("//rules/private/providers:store_object_info.bzl", "closure_of")
load("//rules/private/values:expansion.bzl", "expand")

IMAGE_SCRIPTS_ATTRS = {
    "enable_fakechroot": attr.bool(doc = "Absolute paths in `fake_root_commands` mean the image's root."),
    "extra_commands": attr.string(doc = "Shell commands over the links to the contents, as an ordinary user."),
    "fake_root_commands": attr.string(doc = "Shell commands after those, as root."),
    "include_nix_db": attr.bool(doc = "A database of the contents' closure, for Nix in the image."),
    "tools": attr.label_list(doc = "Programs that scripts can start by name.", allow_files = True, cfg = "exec"),
}

def image_scripts(ctx, objects):
    """Writes the scripts.

    Args:
      ctx: rule context with IMAGE_SCRIPTS_ATTRS.
      objects: struct from image_objects.

    Returns:
      struct: extra_commands and fake_root_commands (Files or None), files
      (those that there are), fakechroot (bool), nix_db (list of
      StoreObjectInfo for the database, or None), tools (FilesToRunProviders);
      None when there is nothing to do.
    """
    extra = _script(ctx, "extra_commands", objects.paths)
    fake_root = _script(ctx, "fake_root_commands", objects.paths)
    if not extra and not fake_root and not ctx.attr.include_nix_db:
        return None
    return struct(
        extra_commands = extra,
        fake_root_commands = fake_root,
        fakechroot = ctx.attr.enable_fakechroot,
        files = [script for script in [extra, fake_root] if script],
        nix_db = _registered(objects) if ctx.attr.include_nix_db else None,
        tools = [_program(ctx, target) for target in ctx.attr.tools],
    )

def _script(ctx, attribute, paths):
    text = getattr(ctx.attr, attribute)
    if not text:
        return None
    out = ctx.actions.declare_file("{}.{}.sh".format(ctx.label.name, attribute))
    ctx.actions.write(out, expand(text, paths, "{}: {}".format(ctx.label, attribute)))
    return out

def _registered(objects):
    paths = {info.store_path: None for info in closure_of(objects.contents).to_list()}
    return [info for info in objects.all if info.store_path in paths]

def _program(ctx, target):
    program = target[DefaultInfo].files_to_run
    if not program or not program.executable:
        fail("{}: tools: {} is not a program: give an executable target".format(ctx.label, target.label))
    return program
