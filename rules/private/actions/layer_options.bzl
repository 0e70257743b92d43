"""What every entry of a store layer has in common."""

DEFAULT_TIME = "1970-01-01T00:00:01Z"

def layer_options(*, store_dir, mtime = DEFAULT_TIME, mtime_file = None, uid = 0, gid = 0, uname = "root", gname = "root"):
    """Layer options; the defaults are dockerTools'.

    Args:
      store_dir: string.
      mtime: string, ISO 8601, in UTC without a zone.
      mtime_file: File or None: the time is in it (image_time), instead of `mtime`.
      uid: int.
      gid: int.
      uname: string.
      gname: string.

    Returns:
      struct of the same fields.
    """
    return struct(store_dir = store_dir, mtime = mtime, mtime_file = mtime_file, uid = uid, gid = gid, uname = uname, gname = gname)

def add_mtime(args, options):
    """Adds the flag of the time alone.

    Args:
      args: Args.
      options: struct from layer_options.
    """
    if options.mtime_file:
        args.add(options.mtime_file, format = "--mtime=@%s")
    else:
        args.add(options.mtime, format = "--mtime=%s")

def add_layer_options(args, options):
    """Adds the options' flags.

    Args:
      args: Args.
      options: struct from layer_options.
    """
    add_mtime(args, options)
    args.add(options.uid, format = "--uid=%s")
    args.add(options.gid, format = "--gid=%s")
    args.add(options.uname, format = "--uname=%s")
    args.add(options.gname, format = "--gname=%s")
    args.add("--store-dir", options.store_dir)

def layer_option_files(options):
    """The files that the flags name.

    Args:
      options: struct from layer_options.

    Returns:
      list of Files, inputs of every action with the flags.
    """
    return [options.mtime_file] if options.mtime_file else []
