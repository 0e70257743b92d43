"""object_closure: a store object without files that refers to others."""

load("//rules/private/actions:object_source.bzl", "empty_directory_entry", "tree_source")
load("//rules/private/actions:strata.bzl", "TOOLCHAIN_TYPE")
load("//rules/private/providers:object_closure_info.bzl", "ObjectClosureInfo")
load("//rules/private/providers:store_object_info.bzl", "StoreObjectInfo")
load("//rules/private/rules:object_context.bzl", "OBJECT_CONTEXT_ATTRS", "label_store_path", "make_store_object")

def _object_closure_impl(ctx):
    deps = [dep[StoreObjectInfo] for dep in ctx.attr.deps]
    info = make_store_object(
        ctx,
        label = ctx.label,
        store_path = label_store_path(ctx, ctx.label),
        source = tree_source([empty_directory_entry("")]),
        deps = deps,
        references = [dep.store_path for dep in deps],
        mutable = True,
        allow_undeclared_references = False,
        output = ctx.label.name,
    )
    return [info, ObjectClosureInfo(), DefaultInfo(files = depset([info.layer.metadata]))]

object_closure = rule(
    implementation = _object_closure_impl,
    doc = "An empty directory in the store that refers to other objects: whatever needs it brings their closure, and nothing is linked.",
    attrs = {
        "deps": attr.label_list(doc = "The objects.", providers = [StoreObjectInfo]),
    } | OBJECT_CONTEXT_ATTRS,
    provides = [StoreObjectInfo],
    toolchains = [TOOLCHAIN_TYPE],
)
