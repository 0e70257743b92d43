"""nix_object: a store object from a binary cache of Nix, as a lock file pins it."""

load("//rules/private/actions:nix_nar.bzl", "nix_fetch", "nix_nar")
load("//rules/private/actions:object_source.bzl", "nar_source")
load("//rules/private/actions:strata.bzl", "TOOLCHAIN_TYPE")
load("//rules/private/providers:store_object_info.bzl", "StoreObjectInfo")
load("//rules/private/rules:object_context.bzl", "OBJECT_CONTEXT_ATTRS", "make_store_object", "store_dir")
load("//rules/private/values:store_path.bzl", "check_store_path")

def _nix_object_impl(ctx):
    store_path = ctx.attr.store_path
    check_store_path(ctx.label, "store_path", store_dir(ctx), store_path)
    deps = [dep[StoreObjectInfo] for dep in ctx.attr.deps]
    references = [dep.store_path for dep in deps] + ([store_path] if ctx.attr.refers_to_itself else [])
    imported = _import(ctx, references)
    info = make_store_object(
        ctx,
        label = ctx.label,
        store_path = store_path,
        source = nar_source(imported.nar),
        info = imported.info,
        deps = deps,
        references = references,
        mutable = False,
        allow_undeclared_references = ctx.attr.allow_undeclared_references,
        output = ctx.label.name,
    )
    return [info, DefaultInfo(files = depset([info.layer.metadata]))]

def _import(ctx, references):
    pinned = struct(
        compression = ctx.attr.compression,
        content_address = ctx.attr.content_address,
        nar_hash = ctx.attr.nar_hash,
        nar_size = ctx.attr.nar_size,
        references = references,
        signatures = ctx.attr.signatures,
        store_path = ctx.attr.store_path,
        trusted_public_keys = ctx.attr.trusted_public_keys,
    )
    if ctx.file.file:
        return nix_nar(ctx, file = ctx.file.file, pinned = pinned, output = ctx.label.name)
    return nix_fetch(
        ctx,
        fetcher = ctx.attr.fetcher[DefaultInfo].files_to_run,
        urls = ctx.attr.urls,
        caches = ctx.attr.caches,
        file_hash = ctx.attr.file_hash,
        pinned = pinned,
        output = ctx.label.name,
    )

nix_object = rule(
    implementation = _nix_object_impl,
    doc = "A store object from a binary cache of Nix; nix.lock declares it.",
    attrs = {
        "allow_undeclared_references": attr.bool(doc = "The object may mention store paths that are not among its references."),
        "caches": attr.string_list(doc = "The caches that an action which downloads may log in to, URLs."),
        "compression": attr.string(doc = "How the file is compressed: bzip2, gzip, none, xz or zstd.", mandatory = True),
        "content_address": attr.string(doc = "What the store path is made of when the content alone decides it, such as fixed:r:sha256:HASH; else empty."),
        "deps": attr.label_list(doc = "The objects that this one refers to, but itself.", providers = [StoreObjectInfo]),
        "file": attr.label(doc = "The cache's file; without, it is downloaded from `urls`.", allow_single_file = True),
        "file_hash": attr.string(doc = "The SHA-256 of what is at `urls` (sha256-BASE64)."),
        "fetcher": attr.label(doc = "The program that downloads from `urls`.", cfg = "exec", executable = True),
        "nar_hash": attr.string(doc = "The NAR's SHA-256 (sha256-BASE64).", mandatory = True),
        "nar_size": attr.string(doc = "The NAR's size in bytes.", mandatory = True),
        "refers_to_itself": attr.bool(doc = "The object mentions its own store path."),
        "signatures": attr.string_list(doc = "Signatures of the store path, the NAR's hash and size and the references (KEY_NAME:BASE64)."),
        "store_path": attr.string(doc = "The object's absolute store path.", mandatory = True),
        "trusted_public_keys": attr.string_list(doc = "The keys of which one must have signed (KEY_NAME:BASE64)."),
        "urls": attr.string_list(doc = "Where an action downloads the file from, the first that works."),
    } | OBJECT_CONTEXT_ATTRS,
    provides = [StoreObjectInfo],
    toolchains = [TOOLCHAIN_TYPE],
)
