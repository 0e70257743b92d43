"""The store objects that an action may need, of which it opens those that it does need."""

load("//rules/private/actions:object_source.bzl", "add_records")

def pool_argument(args_factory, objects):
    """The argument that names the objects: a parameter file of records, see docs/design/formats.md.

    Args:
      args_factory: function that makes an Args (ctx.actions.args).
      objects: list of StoreObjectInfo.

    Returns:
      Args.
    """
    pool = args_factory()
    pool.use_param_file("--objects=%s", use_always = True)
    _add_objects(pool, objects)
    return pool

def write_pool(ctx, objects, *, output):
    """Writes the same records to a file, which has plain exec paths: an action that reads it cannot have its paths mapped.

    Args:
      ctx: rule context.
      objects: list of StoreObjectInfo.
      output: string, the stem of the output's file name.

    Returns:
      File.
    """
    out = ctx.actions.declare_file(output + ".object-set")
    pool = ctx.actions.args()
    _add_objects(pool, objects)
    ctx.actions.write(out, pool)
    return out

def _add_objects(pool, objects):
    pool.set_param_file_format("multiline")
    for info in objects:
        pool.add("\0".join(["object", info.store_path]))
        if info.source.nar:
            pool.add(info.source.nar, format = "nar\0%s")
        else:
            # Pruning goes by the artifact, so a directory is named as one.
            pool.add_all(info.source.files, format_each = "input\0%s", expand_directories = False)
            add_records(pool, info.source, runfiles = False)

def pool_files(objects):
    """The objects' bytes.

    Args:
      objects: list of StoreObjectInfo.

    Returns:
      list of depsets of Files.
    """
    return [info.source.files for info in objects]
