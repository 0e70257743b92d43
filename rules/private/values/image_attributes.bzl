"""The attributes of the rules of layered images, from what users write."""

load("//rules/private/values:expansion.bzl", "labels_in", "normalise")
load("//rules/private/values:image_config.bzl", "config_attributes")
load("//rules/private/values:layering.bzl", "layering_attributes")

# What the macros set and what the rules set for themselves.
_INTERNAL = [
    "config_file",
    "layering_file",
    "layering_pipeline",
    "times_at_run",
]

def image_attributes(*, name, contents, config, extra_commands, fake_root_commands, layering, common, **others):
    """Turns a macro's parameters into a rule's attributes.

    Args:
      name: string, the image's name, for messages.
      contents: label or list of labels.
      config: see image_config.bzl.
      extra_commands: string.
      fake_root_commands: string.
      layering: see layering.bzl.
      common: dict, the attributes of every rule (visibility, tags, ...).
      **others: attributes that stay as they are.

    Returns:
      dict of attributes.
    """
    texts = (
        config_attributes(name, config) |
        layering_attributes(layering) |
        {
            "extra_commands": _script(extra_commands),
            "fake_root_commands": _script(fake_root_commands),
        }
    )

    # A select's texts cannot be read here: their objects are named in store_deps or config_deps.
    labels = sorted({
        label: None
        for attribute in ["config", "layering_pipeline", "extra_commands", "fake_root_commands"]
        if type(texts.get(attribute)) == "string"
        for label in labels_in(texts[attribute])
    }.keys())
    own = texts | others | {
        "contents": [contents] if type(contents) in ("string", "Label") else contents,
        "label_names_in_texts": labels,
        "labels_in_texts": labels,
    }
    for attribute in common:
        if attribute in own or attribute in _INTERNAL:
            fail("{}: there is no attribute {}".format(name, attribute))
    return own | common

def _script(text):
    return normalise(text) if type(text) == "string" else text
