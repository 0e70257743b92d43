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

    # What is given as NARs, often a thousand objects, is written when the action
    # runs, and takes no time and no memory before.
    nars = []
    for info in objects:
        if info.source.nar:
            nars.append(info)
            continue
        pool.add_all(nars, map_each = _nar_records)
        nars = []
        pool.add("\0".join(["object", info.store_path]))

        # Pruning goes by the artifact, so a directory is named as one.
        pool.add_all(info.source.files, format_each = "input\0%s", expand_directories = False)
        add_records(pool, info.source, runfiles = False)
    pool.add_all(nars, map_each = _nar_records)

def _nar_records(info):
    return ["object\0" + info.store_path, "nar\0" + info.source.nar.path]

def pool_files(objects):
    """The objects' bytes.

    Args:
      objects: list of StoreObjectInfo.

    Returns:
      list of depsets of Files.
    """
    return [info.source.files for info in objects]
