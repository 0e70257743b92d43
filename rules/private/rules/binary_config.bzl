"""binary_config: the config of an image that runs a program."""

load("//rules/private/providers:binary_closure_info.bzl", "BinaryClosureInfo")
load("//rules/private/providers:image_config_info.bzl", "ImageConfigInfo")
load("//rules/private/providers:store_object_info.bzl", "StoreObjectInfo")
load("//rules/private/rules:files_object.bzl", "files_object_aspect")
load("//rules/private/values:expansion.bzl", "expand")

def _binary_config_impl(ctx):
    program = ctx.attr.closure[BinaryClosureInfo]
    config = _given(ctx)
    unknown = [name for name in program.environment_unknown if name not in ctx.attr.env]
    if unknown:
        fail("{}: env of {}: {} has a make variable: give env to binary_image".format(ctx.label, program.label, unknown[0]))
    environment = {"RUNFILES_DIR": program.runfiles_dir} | program.environment | ctx.attr.env
    own = {
        "Cmd": ctx.attr.args_of_program if ctx.attr.has_args else _args(ctx, program),
        "Entrypoint": [program.program],
        "WorkingDir": program.working_dir,
    }
    file = ctx.actions.declare_file(ctx.label.name + ".binary.json")
    ctx.actions.write(file, json.encode(own | config | {
        "Env": ["{}={}".format(name, value) for name, value in environment.items()] + (config.get("Env") or []),
    }))
    return [
        DefaultInfo(files = depset([file])),
        ImageConfigInfo(image_name = None, references = file),
    ]

def _args(ctx, program):
    if program.args == None:
        fail("{}: args of {}: {}: give args to binary_image".format(ctx.label, program.label, program.args_problem))
    return program.args

def _given(ctx):
    paths = {
        name: target[StoreObjectInfo].store_path
        for name, target in zip(ctx.attr.label_names_in_texts, ctx.attr.labels_in_texts)
    }
    return json.decode(expand(ctx.attr.config or "{}", paths, "{}: config".format(ctx.label)))

binary_config = rule(
    implementation = _binary_config_impl,
    doc = "The config of an image that runs a program; the macro binary_image declares it.",
    attrs = {
        "args_of_program": attr.string_list(doc = "The arguments, in place of those of the program's target."),
        "closure": attr.label(doc = "The program.", mandatory = True, providers = [BinaryClosureInfo]),
        "config": attr.string(doc = "JSON text with further fields, which go before the program's."),
        "env": attr.string_dict(doc = "Variables, which go before those of the program's target."),
        "has_args": attr.bool(doc = "There are arguments, if only an empty list."),
        "label_names_in_texts": attr.string_list(doc = "The labels as they stand in config, in the order of labels_in_texts."),
        "labels_in_texts": attr.label_list(
            doc = "The objects that config names.",
            aspects = [files_object_aspect],
        ),
    },
    provides = [ImageConfigInfo],
)
