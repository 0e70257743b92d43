"""The store objects that an action may need, of which it opens those that it does need."""

load("//rules/private/actions:object_source.bzl", "exec_records")

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
    pool.set_param_file_format("multiline")
    pool.add_all(objects, map_each = object_records)
    return pool

def object_records(info, directory_expander):
    """The records of one object: for map_each, so that they are made when the action runs.

    Often they are a thousand objects in several actions, and take no time and no
    memory before.

    Args:
      info: StoreObjectInfo.
      directory_expander: that of map_each.

    Returns:
      list of strings.
    """
    begin = "object\0" + info.store_path
    source = info.source
    if source.nar:
        return [begin, "nar\0" + source.nar.path]

    # Pruning goes by the artifact, so a directory is named as one.
    inputs = ["input\0" + file.path for file in source.files.to_list()]
    return [begin] + inputs + exec_records(source, directory_expander)

def pool_files(objects):
    """The objects' bytes.

    Args:
      objects: list of StoreObjectInfo.

    Returns:
      list of depsets of Files.
    """
    return [info.source.files for info in objects]
