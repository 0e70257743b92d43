"""build_env: a store object of links to several others."""

load("//rules/private/actions:build_env.bzl", "build_env_object")
load("//rules/private/actions:object_source.bzl", "nar_source")
load("//rules/private/actions:strata.bzl", "TOOLCHAIN_TYPE")
load("//rules/private/providers:account_files_info.bzl", "AccountFilesInfo")
load("//rules/private/providers:image_directories_info.bzl", "ImageDirectoriesInfo")
load("//rules/private/providers:store_object_info.bzl", "StoreObjectInfo")
load("//rules/private/rules:files_object.bzl", "files_object_aspect")
load("//rules/private/rules:image_directories.bzl", "image_directories")
load("//rules/private/rules:object_context.bzl", "OBJECT_CONTEXT_ATTRS", "label_store_path", "make_store_object", "store_dir")

def _build_env_impl(ctx):
    paths = [_object(ctx, target) for target in ctx.attr.paths]
    directories = [
        directory
        for directory in image_directories(ctx, ctx.attr.paths)
        if _is_linked(ctx, directory.path)
    ]
    nar = build_env_object(
        ctx,
        paths = paths,
        paths_to_link = [_root(ctx, path) for path in ctx.attr.paths_to_link],
        directories = [directory.path for directory in directories],
        ignore_collisions = ctx.attr.ignore_collisions,
        check_collision_contents = ctx.attr.check_collision_contents,
        store_dir = store_dir(ctx),
        output = ctx.label.name,
    )
    info = make_store_object(
        ctx,
        label = ctx.label,
        store_path = label_store_path(ctx, ctx.label),
        source = nar_source(nar),
        deps = paths,
        references = [path.store_path for path in paths],
        mutable = True,
        allow_undeclared_references = False,
        output = ctx.label.name,
    )
    return [info, DefaultInfo(files = depset([info.layer.metadata]))] + _image_providers(ctx, directories)

def _object(ctx, target):
    if StoreObjectInfo in target:
        return target[StoreObjectInfo]
    fail("{}: paths: {} is neither a store object nor a target with files of its own: say where it goes, with store_object".format(ctx.label, target.label))

def _root(ctx, path):
    if not path.startswith("/") or [part for part in path.split("/") if part in (".", "..")] or "\n" in path:
        fail('{}: paths_to_link: "{}" is not an absolute path: write it as "/bin"'.format(ctx.label, path))
    return path

def _is_linked(ctx, path):
    for root in ctx.attr.paths_to_link:
        root = root.strip("/")
        if not root or path == root or path.startswith(root + "/"):
            return True
    return False

def _image_providers(ctx, directories):
    """What the environment's parts bring into an image, they bring through it."""
    providers = []
    accounts = [target[AccountFilesInfo].holders for target in ctx.attr.paths if AccountFilesInfo in target]
    if accounts and _is_linked(ctx, "etc/passwd"):
        providers.append(AccountFilesInfo(holders = depset(transitive = accounts)))
    if directories:
        providers.append(ImageDirectoriesInfo(directories = depset(directories)))
    return providers

build_env = rule(
    implementation = _build_env_impl,
    doc = "The rule behind the macro build_env, which documents the attributes.",
    attrs = {
        "check_collision_contents": attr.bool(doc = "Files of one content are no collision.", default = True),
        "ignore_collisions": attr.bool(doc = "The earlier of two files at one path is kept."),
        "paths": attr.label_list(doc = "The objects.", aspects = [files_object_aspect], allow_files = True),
        "paths_to_link": attr.string_list(doc = "What is linked of them.", default = ["/"]),
    } | OBJECT_CONTEXT_ATTRS,
    provides = [StoreObjectInfo],
    toolchains = [TOOLCHAIN_TYPE],
)
