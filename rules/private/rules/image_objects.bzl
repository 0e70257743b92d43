"""The store objects that an image may hold, its candidates."""

load("//rules/private/providers:nix_derivation_info.bzl", "NixDerivationInfo")
load("//rules/private/providers:object_closure_info.bzl", "ObjectClosureInfo")
load("//rules/private/providers:store_object_info.bzl", "StoreObjectInfo", "closure_of")
load("//rules/private/rules:files_object.bzl", "files_object_aspect")
load("//rules/private/rules:image_accounts.bzl", "check_accounts")
load("//rules/private/rules:image_directories.bzl", "image_directories")
load("//rules/private/rules:image_programs.bzl", "check_programs")
load("//rules/private/rules:placed_objects.bzl", "merge_placed")
load("//rules/private/values:labels.bzl", "display_label")

IMAGE_OBJECTS_ATTRS = {
    "config_deps": attr.label_list(
        doc = "Objects that a `config` made by `image_config` names; needed where it stands in a `select`.",
        aspects = [files_object_aspect],
    ),
    "label_names_in_texts": attr.string_list(doc = "The labels as they stand in the attributes, in the order of `labels_in_texts`."),
    "labels_in_texts": attr.label_list(
        doc = "The objects that config, scripts and layering name.",
        aspects = [files_object_aspect],
    ),
    "store_deps": attr.label_list(
        doc = "Objects that scripts can read and that their results may mention.",
        aspects = [files_object_aspect],
    ),
}

def contents_attr(doc):
    """The attribute of the objects whose files are in the image's root.

    Args:
      doc: string.

    Returns:
      attribute.
    """
    return attr.label_list(doc = doc, aspects = [files_object_aspect], allow_files = True)

def image_objects(ctx, contents = "contents"):
    """Collects the objects.

    Args:
      ctx: rule context with IMAGE_OBJECTS_ATTRS, `tools` and an attribute of contents_attr.
      contents: string, the name of the latter.

    Returns:
      struct: contents (list of StoreObjectInfo that the root has links to), named (dict from labels as
      texts have them to StoreObjectInfo), candidates (depset), all (list, each
      path once), in_store (those of them that are at their store paths: what
      scripts can read), twins (list: objects of other targets at the paths of `all`,
      which must be equal), directories (list of structs as in
      ImageDirectoriesInfo), roots (list of store paths that are in the image though
      nothing mentions them).
    """
    in_root = getattr(ctx.attr, contents)
    check_accounts(ctx, contents)
    given = [_object(ctx, contents, target) for target in in_root]
    contents = [info for info in given if not info.image_root]
    programs = [info for info in given if info.image_root]
    check_programs(ctx, in_root)
    closures = [target[StoreObjectInfo] for target in in_root if ObjectClosureInfo in target]
    named = {
        name: _object(ctx, "$(store_path {})".format(name), target)
        for name, target in zip(ctx.attr.label_names_in_texts, ctx.attr.labels_in_texts)
    }
    for attribute in ["config_deps", "store_deps"]:
        named |= {str(target.label): _object(ctx, attribute, target) for target in getattr(ctx.attr, attribute)}

    # What a program mentions can be in what it writes.
    of_tools = [target[StoreObjectInfo] for target in ctx.attr.tools if StoreObjectInfo in target]
    candidates = closure_of(given + named.values() + of_tools)
    infos = candidates.to_list()
    merged = merge_placed(infos)
    if merged:
        candidates = depset(merged)
    unique = _unique(ctx, merged or infos)
    return struct(
        all = unique.all,
        in_store = [info for info in unique.all if not info.image_root],
        twins = unique.twins,
        candidates = candidates,
        contents = contents,
        directories = image_directories(ctx, in_root),
        named = named,
        roots = [info.store_path for info in programs] + [path for info in closures for path in info.references],
        paths = {name: info.store_path for name, info in named.items()},
    )

def refuse_placed(ctx, objects, attribute):
    """Fails if an image has objects that are not at their store paths.

    Args:
      ctx: rule context.
      objects: struct from image_objects.
      attribute: string, what cannot be with them.
    """
    placed = [info for info in objects.all if info.image_root]
    if placed:
        fail("{}: {}: {} is at {}, not in the store: build two images, one from_image of the other".format(
            ctx.label,
            attribute,
            placed[0].label,
            placed[0].image_root,
        ))

def _object(ctx, attribute, target):
    if NixDerivationInfo in target:
        fail("{}: {}: {} is a derivation, which is for stream_nix_shell_image: give what is built from it, such as a target of nix.build".format(
            ctx.label,
            attribute,
            target.label,
        ))
    if StoreObjectInfo in target:
        return target[StoreObjectInfo]
    if target[DefaultInfo].files:
        fail(("{}: {}: {} is a single file (or there is no such target): say where it goes, " +
              'with store_object(srcs = {{"{}": "etc/NAME"}})').format(
            ctx.label,
            attribute,
            target.label,
            display_label(target.label),
        ))
    fail("{}: {}: {} has no files: give a store_object or a target with files".format(ctx.label, attribute, target.label))

def _unique(ctx, infos):
    by_path = {}
    twins = []
    for info in infos:
        other = by_path.get(info.store_path)
        if not other:
            by_path[info.store_path] = info
            continue
        if other.layer.metadata == info.layer.metadata:
            continue
        if other.mutable or info.mutable:
            fail("{}: {} and {} are two different objects at {}: {}".format(
                ctx.label,
                other.label,
                info.label,
                info.store_path,
                "the label is there in two configurations, use one" if other.label == info.label else "use one of them, or give one a store_hash_salt",
            ))
        if other.label != info.label:
            twins.append(info)
    return struct(all = by_path.values(), twins = twins)
