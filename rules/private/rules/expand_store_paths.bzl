"""expand_store_paths: a text file that mentions store paths."""

load("//rules/private/providers:store_object_info.bzl", "StoreObjectInfo")
load("//rules/private/values:expansion.bzl", "expand", "labels_in", "normalise")

def _expand_store_paths_impl(ctx):
    paths = {
        name: target[StoreObjectInfo].store_path
        for name, target in zip(ctx.attr.dep_names, ctx.attr.deps)
    }
    out = ctx.actions.declare_file(ctx.attr.out or ctx.label.name)
    ctx.actions.write(out, expand(ctx.attr.content, paths, "{}: content".format(ctx.label)))
    return [DefaultInfo(files = depset([out]))]

_expand_store_paths = rule(
    implementation = _expand_store_paths_impl,
    doc = "Writes a text with every $(store_path LABEL) replaced by the object's store path.",
    attrs = {
        "content": attr.string(doc = "The text, labels in their full form."),
        "dep_names": attr.string_list(doc = "The labels as they stand in `content`, in the order of `deps`."),
        "deps": attr.label_list(doc = "The objects that `content` names.", providers = [StoreObjectInfo]),
        "out": attr.string(doc = "The file's name; the target's name when empty."),
    },
)

def expand_store_paths(name, content, out = None, **kwargs):
    """A text file in which every `$(store_path LABEL)` is replaced by the object's store path.

    `$$(store_path` stays as `$(store_path`; every other `$` is left alone.

    ```starlark
    expand_store_paths(
        name = "settings",
        out = "settings.json",
        content = '{"greeting": "$(store_path :greeting)/share/greeting.txt"}',
    )

    store_object(
        name = "settings_object",
        srcs = {":settings": "etc/settings.json"},
        deps = [":greeting"],
    )
    ```

    Args:
      name: the target's name: `"settings"`.
      content: the text: `"greeting=$(store_path :greeting)/share/greeting.txt"`.
      out: the file's name; the target's name when None: `"settings.ini"`.
      **kwargs: attributes of every rule (visibility, tags, testonly, ...).
    """
    content = normalise(content)
    labels = labels_in(content)
    _expand_store_paths(
        name = name,
        content = content,
        dep_names = labels,
        deps = labels,
        out = out,
        **kwargs
    )
