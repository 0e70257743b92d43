"""image_test: what an image must be, tested without a daemon."""

load("//rules/private/providers:image_info.bzl", "ImageInfo")
load("//rules/private/providers:store_object_info.bzl", "StoreObjectInfo")
load("//rules/private/rules:deploy.bzl", "DEPLOY_ATTRS")
load("//rules/private/values:expansion.bzl", "expand")

def _image_test_impl(ctx):
    image = ctx.attr.image[ImageInfo]
    paths = {
        name: target[StoreObjectInfo].store_path
        for name, target in zip(ctx.attr.label_names_in_expectations, ctx.attr.labels_in_expectations)
    }

    # The deploy binary finds the two files beside itself, by its own name.
    binary = ctx.attr._deploy[0][DefaultInfo].files_to_run.executable
    program = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.symlink(output = program, target_file = binary, is_executable = True)
    description = ctx.actions.declare_file(ctx.label.name + ".image.json")
    ctx.actions.symlink(output = description, target_file = image.description.run)
    expectations = ctx.actions.declare_file(ctx.label.name + ".check.json")
    ctx.actions.write(expectations, expand(ctx.attr.expectations, paths, str(ctx.label)) + "\n")
    return [DefaultInfo(
        executable = program,
        runfiles = ctx.runfiles(files = [program, binary, description, expectations]).merge(image.description.whole_runfiles),
    )]

image_test = rule(
    implementation = _image_test_impl,
    doc = "The rule behind the macro image_test.",
    attrs = {
        "expectations": attr.string(doc = "JSON text of config, paths and absent.", mandatory = True),
        "image": attr.label(doc = "The image.", mandatory = True, providers = [ImageInfo]),
        "label_names_in_expectations": attr.string_list(doc = "The labels as they stand in `expectations`, in the order of `labels_in_expectations`."),
        "labels_in_expectations": attr.label_list(doc = "The objects that `expectations` names.", providers = [StoreObjectInfo]),
    } | DEPLOY_ATTRS,
    test = True,
)
