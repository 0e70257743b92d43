"""What changes an image's customisation layer after the contents are linked: the Nix database, and scripts."""

load("//rules/private/providers:store_object_info.bzl", "closure_of")
load("//rules/private/rules:image_objects.bzl", "refuse_placed")
load("//rules/private/values:expansion.bzl", "expand")

IMAGE_SCRIPTS_ATTRS = {
    "extra_commands": attr.string(doc = "Shell commands in the tree of the layer, as an ordinary user."),
    "include_nix_db": attr.bool(doc = "A database of the contents' closure, for Nix in the image."),
    "tools": attr.label_list(doc = "Programs that scripts can start by name.", allow_files = True, cfg = "exec"),
}

REAL_ROOT_ATTRS = {
    "build_vm_memory_size": attr.int(doc = "Memory of the script's programs, in megabytes, with real_root.", default = 512),
    "disk_size": attr.int(doc = "Scratch space of the script, in megabytes.", default = 1024),
    "real_root": attr.bool(doc = "The script that has the image as its root runs programs for real, in namespaces of its own."),
}

LAYERED_IMAGE_SCRIPTS_ATTRS = IMAGE_SCRIPTS_ATTRS | REAL_ROOT_ATTRS | {
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
      StoreObjectInfo for the database, or None), real_root (struct from
      real_root), tools (FilesToRunProviders); None when there is nothing to do.
    """
    if ctx.attr.real_root and not (ctx.attr.enable_fakechroot and ctx.attr.fake_root_commands):
        fail(("{}: real_root says how fake_root_commands runs with enable_fakechroot: " +
              "set both, or leave real_root out").format(ctx.label))
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
        real_root = real_root(ctx),
        tools = script_tools(ctx),
    )

def real_root(ctx):
    """How the script runs that has the image as its root.

    Args:
      ctx: rule context with REAL_ROOT_ATTRS.

    Returns:
      struct: enabled (bool), disk_size and memory_size (ints, megabytes).
    """
    for attribute in ["disk_size", "build_vm_memory_size"]:
        if getattr(ctx.attr, attribute) < 1:
            fail("{}: {} = {}: want a number of megabytes from 1 on".format(ctx.label, attribute, getattr(ctx.attr, attribute)))
    return struct(disk_size = ctx.attr.disk_size, enabled = ctx.attr.real_root, memory_size = ctx.attr.build_vm_memory_size)

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
    refuse_placed(ctx, objects, "include_nix_db")
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
