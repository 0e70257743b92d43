"""ImageIndex and ImageIndexLayout: one name for images of several platforms, and all of them in a directory."""

load("//rules/private/actions:strata.bzl", "run_strata")

def image_index(ctx, *, members, annotations, tag, output):
    """Declares ImageIndex. It reads manifests and configs, not layers.

    Follows the OCI image specification, "Image Index".

    Args:
      ctx: rule context.
      members: list of structs: label (string, for messages) and image (ImageInfo).
      annotations: File from index_annotations, or None.
      tag: string, or "" for one of the content.
      output: string, the stem of the outputs' file names.

    Returns:
      struct of Files: index, digest (one line), tag (one line).
    """
    index = ctx.actions.declare_file(output + ".index.json")
    digest = ctx.actions.declare_file(output + ".digest")
    tag_file = ctx.actions.declare_file(output + ".tag")
    inputs = []
    args = ctx.actions.args()
    args.use_param_file("@%s")
    args.set_param_file_format("multiline")
    args.add("index")
    for member in members:
        args.add(member.label, format = "--label=%s")
        args.add("--manifest", member.image.manifest)
        args.add("--config", member.image.config)
        inputs += [member.image.manifest, member.image.config]
    if annotations:
        args.add("--annotations", annotations)
        inputs.append(annotations)
    if tag:
        args.add(tag, format = "--tag=%s")
    args.add("--out", index)
    args.add("--digest-out", digest)
    args.add("--tag-out", tag_file)
    run_strata(
        ctx,
        arguments = [args],
        inputs = inputs,
        outputs = [index, digest, tag_file],
        mnemonic = "ImageIndex",
        progress_message = "Writing the image index of %{label}",
    )
    return struct(index = index, digest = digest, tag = tag_file)

def index_annotations(ctx, annotations, *, output):
    """Writes annotations to a file of their own, because they may have several lines.

    Args:
      ctx: rule context.
      annotations: dict of strings.
      output: string, the stem of the output's name.

    Returns:
      File, or None if there are none.
    """
    if not annotations:
        return None
    texts = ctx.actions.declare_file(output + ".annotations.json")
    ctx.actions.write(texts, json.encode(annotations) + "\n")
    return texts

def image_index_layout(ctx, *, members, annotations, name, tag, output):
    """Declares ImageIndexLayout: the index and all its images as a directory that registries' tools read.

    It makes the index once more, of the manifests in the images' layouts, so
    that each layer is compressed once. Follows the OCI image specification,
    "Image Layout".

    Args:
      ctx: rule context.
      members: list of structs: label (string, for messages) and image (ImageInfo).
      annotations: File from index_annotations, or None.
      name: string, the repository part of the index's name.
      tag: string, or "" for one of the content.
      output: string, the stem of the output's name.

    Returns:
      File: a directory.
    """
    out = ctx.actions.declare_directory(output + ".oci")
    inputs = []
    args = ctx.actions.args()
    args.use_param_file("@%s")
    args.set_param_file_format("multiline")
    args.add("index-layout")
    for member in members:
        args.add(member.label, format = "--label=%s")
        args.add_all([member.image.oci_layout], before_each = "--layout", expand_directories = False)
        inputs.append(member.image.oci_layout)
    if annotations:
        args.add("--annotations", annotations)
        inputs.append(annotations)
    args.add(name, format = "--name=%s")
    if tag:
        args.add(tag, format = "--tag=%s")
    args.add_all([out], before_each = "--out", expand_directories = False)
    run_strata(
        ctx,
        arguments = [args],
        inputs = inputs,
        outputs = [out],
        mnemonic = "ImageIndexLayout",
        progress_message = "Writing the OCI layout of %{label}",
    )
    return out
