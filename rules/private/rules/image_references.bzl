"""image_references: a text with the references of images."""

load("//rules/private/actions:strata.bzl", "TOOLCHAIN_TYPE", "run_strata")
load("//rules/private/providers:image_push_info.bzl", "ImagePushInfo")
load("//rules/private/values:placeholders.bzl", "is_placeholder_name")

def _image_references_impl(ctx):
    template = ctx.file.template
    out = ctx.outputs.out or ctx.actions.declare_file(ctx.label.name)
    args = ctx.actions.args()
    args.add("references")
    args.add("--template", template)
    references = []
    for push, names in ctx.attr.images.items():
        reference = push[ImagePushInfo].reference
        references.append(reference)
        for name in json.decode(names):
            if not is_placeholder_name(name):
                fail('{}: images: "{}" is not a name: use letters, digits and _'.format(ctx.label, name))
            args.add("--reference")
            args.add(reference, format = name + "=%s")
    args.add("--out", out)
    run_strata(
        ctx,
        arguments = [args],
        inputs = [template] + references,
        outputs = [out],
        mnemonic = "ImageReferences",
        progress_message = "Writing the references of images into %{label}",
    )
    return [DefaultInfo(files = depset([out]))]

_image_references = rule(
    implementation = _image_references_impl,
    doc = "The rule behind the macro image_references.",
    attrs = {
        "images": attr.label_keyed_string_dict(doc = "The images as they are pushed, each with a JSON list of what stands in braces for it.", mandatory = True, allow_empty = False, providers = [ImagePushInfo]),
        "out": attr.output(doc = "The file; one of the target's name when None."),
        "template": attr.label(doc = "The text.", allow_single_file = True, mandatory = True),
    },
    toolchains = [TOOLCHAIN_TYPE],
)

def image_references(name, template, images, out = None, **kwargs):
    """A text, such as a Kubernetes manifest, in which `{NAME}` is replaced by what an `image_push` pushes, `repository@sha256:…`.

    It is made by `bazel build`: nothing is pushed, and no stamping is needed.
    All other braces stay as they are.

    ```starlark
    image_references(
        name = "deployment",
        out = "deployment.yaml",
        images = {"HELLO": ":push"},
        template = "deployment.yaml.in",     # image: "{HELLO}"
    )
    ```

    Args:
      name: the target's name: `"deployment"`.
      template: label of the text: `"deployment.yaml.in"`.
      images: dict from what stands in braces to labels of `image_push`
        targets, which may be there several times: `{"HELLO": ":push"}`. A name
        that is not in the text is an error.
      out: the file that is made, a label of its own; one of the target's name
        when None: `"deployment.yaml"`.
      **kwargs: attributes of every rule (visibility, tags, testonly, ...).
    """
    names = {}
    for placeholder, push in images.items():
        # However it is written, a label is there once.
        names.setdefault(native.package_relative_label(push), []).append(placeholder)
    _image_references(
        name = name,
        images = {push: json.encode(placeholders) for push, placeholders in names.items()},
        out = out,
        template = template,
        **kwargs
    )
