"""ImageConfigInfo: what a target whose file is an image's config knows of it."""

_DOC = "Beside the config of an image, as a file: what else the image takes from its target."

_FIELDS = {
    "image_name": "string: the image's name where the image gives none.",
    "references": "File: a text that mentions the store paths which the config brings into the image; others that the config mentions, it does not.",
}

ImageConfigInfo = provider(doc = _DOC, fields = _FIELDS)
