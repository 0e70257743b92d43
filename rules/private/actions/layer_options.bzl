"""What is the same for every entry of a layer: owner and time."""

DEFAULT_TIME = "1970-01-01T00:00:01Z"

def layer_options(*, store_dir, mtime = DEFAULT_TIME, uid = 0, gid = 0, uname = "root", gname = "root"):
    """Owner and time of a layer's entries.

    Args:
      store_dir: string, the absolute store directory.
      mtime: string, ISO 8601 time with a zone.
      uid: int.
      gid: int.
      uname: string.
      gname: string.

    Returns:
      struct of the same fields.
    """
    return struct(store_dir = store_dir, mtime = mtime, uid = uid, gid = gid, uname = uname, gname = gname)

def add_layer_options(args, options):
    """Adds the options' flags.

    Args:
      args: Args.
      options: struct from layer_options.
    """
    args.add(options.mtime, format = "--mtime=%s")
    args.add(options.uid, format = "--uid=%s")
    args.add(options.gid, format = "--gid=%s")
    args.add(options.uname, format = "--uname=%s")
    args.add(options.gname, format = "--gname=%s")
    args.add("--store-dir", options.store_dir)
