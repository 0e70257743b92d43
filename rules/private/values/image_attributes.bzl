"""The attributes of the rules of images, from what users write."""

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

def image_attributes(*, name, contents, config, scripts, common, layering = None, **others):
    """Turns a macro's parameters into a rule's attributes.

    Args:
      name: string, the image's name, for messages.
      contents: dict from one attribute's name to a label or a list of labels.
      config: see image_config.bzl.
      scripts: dict from attributes' names to shell scripts.
      common: dict, the attributes of every rule (visibility, tags, ...).
      layering: see layering.bzl; None for rules without it.
      **others: attributes that stay as they are.

    Returns:
      dict of attributes.
    """
    texts = (
        config_attributes(name, config) |
        (layering_attributes(layering) if layering != None else {}) |
        {attribute: _script(text) for attribute, text in scripts.items()}
    )

    # A select's texts cannot be read here: their objects are named in store_deps or config_deps.
    labels = sorted({
        label: None
        for attribute in ["config", "layering_pipeline"] + scripts.keys()
        if type(texts.get(attribute)) == "string"
        for label in labels_in(texts[attribute])
    }.keys())
    own = texts | others | {
        attribute: [targets] if type(targets) in ("string", "Label") else targets
        for attribute, targets in contents.items()
    } | {
        "label_names_in_texts": labels,
        "labels_in_texts": labels,
    }
    for attribute in common:
        if attribute in own or attribute in _INTERNAL:
            fail("{}: there is no attribute {}".format(name, attribute))
    return own | common

def _script(text):
    return normalise(text) if type(text) == "string" else text
