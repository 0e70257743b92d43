"""What actions are told of an image: records in a parameter file, in which Bazel maps the paths."""

load("//rules/private/actions:object_pool.bzl", "object_records")
load("//rules/private/values:labels.bzl", "display_label")

def image_records(label, *, texts, files, folders, objects, base):
    """An image and all that it is built on, as image_argument writes them.

    Args:
      label: Label of the image, for messages.
      texts: dict of strings, of one line each.
      files: dict: records with %s for the path, and the Files.
      folders: dict: the same for the folders that the Files are in.
      objects: list of StoreObjectInfo.
      base: struct with records: the description of the image of ours to build
        on, or None.

    Returns:
      list of structs, the image first, then what it is built on, and so on down.
    """
    for key, text in texts.items():
        if "\n" in text:
            fail("{}: {} has more than one line: {}".format(display_label(label), key, repr(text)))

    # The objects go to several actions: of one depset Bazel finds out once what
    # its records are.
    own = struct(texts = texts, files = files, folders = folders, objects = depset(objects, order = "preorder"))
    return [own] + (base.records if base else [])

def image_argument(args_factory, flag, description):
    """The argument that describes an image: a parameter file of records, see docs/design/formats.md.

    Args:
      args_factory: function that makes an Args (ctx.actions.args).
      flag: string, what comes before the file's name: "--image=".
      description: struct with records, from image_records.

    Returns:
      Args.
    """
    args = args_factory()
    args.use_param_file(flag + "%s", use_always = True)
    args.set_param_file_format("multiline")
    for depth, image in enumerate(description.records):
        if depth > 0:
            args.add("base")
        args.add_all([image], map_each = _own_records)
        args.add_all(image.objects, map_each = object_records)
    return args

def _own_records(image):
    return (
        [key + "\0" + value for key, value in image.texts.items()] +
        [record % file.path for record, file in image.files.items()] +
        [record % file.path.rpartition("/")[0] for record, file in image.folders.items()]
    )
