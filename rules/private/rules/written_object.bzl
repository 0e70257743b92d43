"""written_object: a store object whose texts stand in its attributes, the form of most helpers."""

load("//rules/private/actions:object_source.bzl", "empty_directory_entry", "file_entry", "tree_source")
load("//rules/private/actions:strata.bzl", "TOOLCHAIN_TYPE")
load("//rules/private/providers:account_files_info.bzl", "AccountFilesInfo")
load("//rules/private/providers:image_directories_info.bzl", "ImageDirectoriesInfo")
load("//rules/private/providers:store_object_info.bzl", "StoreObjectInfo")
load("//rules/private/rules:object_context.bzl", "OBJECT_CONTEXT_ATTRS", "label_store_path", "make_store_object")
load("//rules/private/values:accounts.bzl", "group_problem", "passwd_problem")
load("//rules/private/values:image_directory.bzl", "image_directory")

def _written_object_impl(ctx):
    texts = dict(ctx.attr.texts) | _accounts(ctx)
    directories = [image_directory(ctx.label, text) for text in ctx.attr.directories]
    empty = ctx.attr.empty_dirs + [directory.path for directory in directories]
    if not texts and not ctx.attr.srcs and not empty:
        fail("{}: there is nothing in it: give at least one directory".format(ctx.label))
    info = make_store_object(
        ctx,
        label = ctx.label,
        store_path = label_store_path(ctx, ctx.label),
        source = tree_source(
            [file_entry(_written(ctx, path, text), path, False) for path, text in texts.items()] +
            [file_entry(_only_file(ctx, target), path, False) for target, path in ctx.attr.srcs.items()] +
            [empty_directory_entry(path) for path in empty],
        ),
        deps = [],
        references = [],
        mutable = True,
        allow_undeclared_references = False,
        has_deps = False,
        output = ctx.label.name,
    )
    return [info, DefaultInfo(files = depset([info.layer.metadata]))] + _image_providers(ctx, directories)

def _accounts(ctx):
    """The files of users and groups, whose lines are checked."""
    files = {}
    for path, attribute, lines, problem in [
        ("etc/passwd", "extra_passwd_lines", ctx.attr.passwd, passwd_problem(ctx.attr.passwd)),
        ("etc/group", "extra_group_lines", ctx.attr.group, group_problem(ctx.attr.group)),
    ]:
        if problem:
            fail("{}: {}: {}".format(ctx.label, attribute, problem))
        if lines:
            files[path] = "\n".join(lines) + "\n"
    return files

def _written(ctx, path, text):
    file = ctx.actions.declare_file("{}.files/{}".format(ctx.label.name, path))
    ctx.actions.write(file, text)
    return file

def _only_file(ctx, target):
    files = target[DefaultInfo].files.to_list()
    if len(files) != 1 or files[0].is_directory:
        fail("{}: {} has {} files: give one file".format(ctx.label, target.label, len(files)))
    return files[0]

def _image_providers(ctx, directories):
    providers = []
    if ctx.attr.helper:
        providers.append(AccountFilesInfo(holders = depset([struct(label = ctx.label, helper = ctx.attr.helper)])))
    if directories:
        providers.append(ImageDirectoriesInfo(directories = depset(directories)))
    return providers

written_object = rule(
    implementation = _written_object_impl,
    doc = "A store object whose texts stand in its attributes; the macros of helpers declare it.",
    attrs = {
        "directories": attr.string_list(doc = "Directories with a mode and an owner of their own in an image: MODE:UID:GID:PATH, absolute."),
        "empty_dirs": attr.string_list(doc = "Directories that are there even when nothing is in them."),
        "group": attr.string_list(doc = "The lines of etc/group."),
        "helper": attr.string(doc = "The macro that declares it, when it holds an image's users."),
        "passwd": attr.string_list(doc = "The lines of etc/passwd."),
        "srcs": attr.label_keyed_string_dict(doc = "Files and their destinations.", allow_files = True),
        "texts": attr.string_dict(doc = "Destinations and what is written there."),
    } | OBJECT_CONTEXT_ATTRS,
    provides = [StoreObjectInfo],
    toolchains = [TOOLCHAIN_TYPE],
)
