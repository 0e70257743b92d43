"""Images from a dict of attributes."""

load("@rules_strata//rules:defs.bzl", "build_layered_image")

def images(attributes):
    """Declares an image for each entry.

    Args:
      attributes: dict from names to dicts of attributes.
    """
    for name, of_image in attributes.items():
        build_layered_image(name = name, **of_image)
