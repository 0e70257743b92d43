"""nar_store_object: a store object given as a NAR."""

load("//rules/private/actions:object_source.bzl", "nar_source")
load("//rules/private/actions:strata.bzl", "TOOLCHAIN_TYPE")
load("//rules/private/providers:store_object_info.bzl", "StoreObjectInfo")
load("//rules/private/rules:object_context.bzl", "OBJECT_CONTEXT_ATTRS", "make_store_object", "store_dir")
load("//rules/private/values:store_path.bzl", "check_store_path")

def _nar_store_object_impl(ctx):
    check_store_path(ctx.label, "store_path", store_dir(ctx), ctx.attr.store_path)
    for reference in ctx.attr.references:
        check_store_path(ctx.label, "references", store_dir(ctx), reference)
    deps = [dep[StoreObjectInfo] for dep in ctx.attr.deps]
    info = make_store_object(
        ctx,
        label = ctx.label,
        store_path = ctx.attr.store_path,
        source = nar_source(ctx.file.nar),
        deps = deps,
        references = ctx.attr.references + [dep.store_path for dep in deps],
        mutable = False,
        allow_undeclared_references = ctx.attr.allow_undeclared_references,
        output = ctx.label.name,
    )
    return [info, DefaultInfo(files = depset([info.layer.metadata]))]

nar_store_object = rule(
    implementation = _nar_store_object_impl,
    doc = """A store object given as a NAR, Nix's canonical archive (`nix-store --dump`).

```starlark
nar_store_object(
    name = "hello",
    nar = "hello.nar",
    store_path = "/nix/store/q8qq0c2mzh1b39dpgzjgcv9gs1xvxjvh-hello-2.12",
    references = ["/nix/store/q8qq0c2mzh1b39dpgzjgcv9gs1xvxjvh-hello-2.12"],   # itself
    deps = [":glibc"],
)
```
""",
    attrs = {
        "allow_undeclared_references": attr.bool(
            doc = "The object may mention store paths that are not among its references; they are not in the image on its account. Example: `True`, for documentation with paths that are made up.",
        ),
        "deps": attr.label_list(
            doc = "Store objects that this one refers to; their store paths are among its references: `[\":glibc\"]`.",
            providers = [StoreObjectInfo],
        ),
        "nar": attr.label(
            doc = "The archive, not compressed: `\"hello.nar\"`.",
            allow_single_file = True,
            mandatory = True,
        ),
        "references": attr.string_list(
            doc = "Store paths that the object refers to. Each must be its own or that of an object in the image; give those of Bazel targets in `deps`: `[\"/nix/store/q8qq0c2mzh1b39dpgzjgcv9gs1xvxjvh-hello-2.12\"]`.",
        ),
        "store_path": attr.string(
            doc = "The object's absolute store path: `\"/nix/store/q8qq0c2mzh1b39dpgzjgcv9gs1xvxjvh-hello-2.12\"`.",
            mandatory = True,
        ),
    } | OBJECT_CONTEXT_ATTRS,
    provides = [StoreObjectInfo],
    toolchains = [TOOLCHAIN_TYPE],
)
