"""linked_object: a store object of links to files of another one, which are checked to be there."""

load("//rules/private/actions:object_links.bzl", "object_links")
load("//rules/private/actions:object_source.bzl", "nar_source")
load("//rules/private/actions:strata.bzl", "TOOLCHAIN_TYPE")
load("//rules/private/providers:store_object_info.bzl", "StoreObjectInfo")
load("//rules/private/rules:files_object.bzl", "files_object_aspect")
load("//rules/private/rules:object_context.bzl", "OBJECT_CONTEXT_ATTRS", "label_store_path", "make_store_object", "store_dir")

def _linked_object_impl(ctx):
    if StoreObjectInfo not in ctx.attr.to:
        fail("{}: {}: {} is neither a store object nor a target with files of its own: give a store_object, an object of Nix, or a program's target".format(
            ctx.label,
            ctx.attr.attribute,
            ctx.attr.to.label,
        ))
    info = make_linked_object(
        ctx,
        to = ctx.attr.to[StoreObjectInfo],
        programs = ctx.attr.programs,
        files = ctx.attr.files,
        directories = ctx.attr.directories,
    )
    return [info, DefaultInfo(files = depset([info.layer.metadata]))]

def make_linked_object(ctx, *, to, programs = {}, files = {}, directories = {}, certificates = False):
    """Declares the object.

    Args:
      ctx: rule context with OBJECT_CONTEXT_ATTRS and the toolchain.
      to: StoreObjectInfo of the object to link to.
      programs: dict from destinations to lists of paths in that object, of
        which the first that is there is taken.
      files: dict from destinations to paths.
      directories: dict from destinations to paths.
      certificates: bool, the files hold certificates.

    Returns:
      StoreObjectInfo.
    """
    nar = object_links(
        ctx,
        to = to,
        programs = programs,
        files = files,
        directories = directories,
        certificates = certificates,
        store_dir = store_dir(ctx),
        output = ctx.label.name,
    )
    return make_store_object(
        ctx,
        label = ctx.label,
        store_path = label_store_path(ctx, ctx.label),
        source = nar_source(nar),
        deps = [to],
        references = [to.store_path],
        mutable = True,
        allow_undeclared_references = False,
        output = ctx.label.name,
    )

linked_object = rule(
    implementation = _linked_object_impl,
    doc = "A store object of links to files of another one; the macros of helpers declare it.",
    attrs = {
        "attribute": attr.string(doc = "The macro's attribute that gives `to`, for messages.", mandatory = True),
        "directories": attr.string_dict(doc = "Destinations and the directories they lead to."),
        "files": attr.string_dict(doc = "Destinations and the files they lead to."),
        "programs": attr.string_list_dict(doc = "Destinations and the programs they lead to, the first that is there."),
        "to": attr.label(doc = "The object that is linked to.", mandatory = True, aspects = [files_object_aspect], allow_files = True),
    } | OBJECT_CONTEXT_ATTRS,
    provides = [StoreObjectInfo],
    toolchains = [TOOLCHAIN_TYPE],
)
