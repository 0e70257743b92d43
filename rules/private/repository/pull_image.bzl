"""A repository with one image of a registry: its manifest and its config, and targets that have the rest."""

load("//rules/private/repository:pull_reference.bzl", "full_name")
load("//rules/private/repository:pull_resolve.bzl", "IMAGE_SOURCE_ATTRS", "resolve_image")

def _pull_image_impl(rctx):
    image = resolve_image(rctx, "blobs")
    for file, digest in {"config.json": image.config["digest"], "manifest.json": image.digest}.items():
        rctx.symlink("blobs/" + digest.removeprefix("sha256:"), file)
    rctx.file("digest.txt", image.digest + "\n", executable = False)
    rctx.file("tag.txt", rctx.attr.final_image_tag + "\n", executable = False)
    rctx.file("BUILD.bazel", _build_file(rctx.attr, image), executable = False)
    rctx.file("REPO.bazel", "", executable = False)

def _build_file(attributes, image):
    names = ["image", "manifest", "config", "digest"]
    text = [
        'load("@rules_strata//rules/private/rules:pulled_image.bzl", "pulled_image")',
        'package(default_visibility = ["//visibility:public"])',
        'filegroup(name = "manifest", srcs = ["manifest.json"])',
        'filegroup(name = "config", srcs = ["config.json"])',
        'filegroup(name = "digest", srcs = ["digest.txt"])',
        "pulled_image(name = \"image\", {})".format(", ".join(["{} = {}".format(key, value) for key, value in _attributes(attributes, image).items()])),
    ]
    if attributes.public_name not in names:
        text.append("alias(name = {}, actual = \":image\")".format(repr(attributes.public_name)))
    return "\n".join(text) + "\n"

def _attributes(attributes, image):
    """The texts of the attributes of pulled_image."""
    layers = "@{}//:layout".format(layers_repository(attributes.public_name))
    texts = {key: repr(value) for key, value in {
        "architecture": image.architecture,
        "config": "config.json",
        "diff_ids": image.diff_ids,
        "digest": "digest.txt",
        "image_name": attributes.final_image_name,
        "manifest": "manifest.json",
        "os": image.os,
        "plain_http": not attributes.tls_verify,
        "repository": full_name(attributes.image_name),
        "tag": attributes.final_image_tag,
        "tag_file": "tag.txt",
    }.items()}

    # The repository of layers is fetched when this chooses it.
    return texts | {"layout": "select({{{}: None, \"//conditions:default\": {}}})".format(
        repr("@rules_strata//rules/private/settings:is_by_reference"),
        repr(layers),
    )}

LAYERS_PREFIX = "pulled_layers_of_"

def layers_repository(name):
    """The name of the repository that has an image's layers.

    Args:
      name: string, that of the image's own.

    Returns:
      string.
    """
    return LAYERS_PREFIX + name

pull_image = repository_rule(
    implementation = _pull_image_impl,
    doc = "One image of a registry. Its layers are in a repository of their own, which is fetched when something needs their bytes.",
    attrs = IMAGE_SOURCE_ATTRS,
)
