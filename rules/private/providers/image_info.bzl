"""ImageInfo: a container image."""

_DOC = """A container image, described by small files; its layers' bytes are made when they are sent.

Follows the OCI image specification, "Image Configuration".
"""

_FIELDS = {
    "candidates": "depset of StoreObjectInfo: the objects that the image may hold; the plan says which it does.",
    "closure": "File: closure.json: the store paths in the image with their references.",
    "config": "File: the image's config; its SHA-256 is the image ID.",
    "image_tag": "File: one line, the image's tag.",
    "layers": "File: layers.json: diff ID, size (bytes) and store paths of every layer, bottom layer first.",
    "name": "string: the repository part of the image's name, lower case.",
    "plan": "File: plan.json: which store objects share a layer, bottom layer first.",
    "platform": "struct: os and architecture (GOOS and GOARCH strings).",
    "tag": "string or None: the tag asked for; None means that it comes from the content, see image_tag.",
}

ImageInfo = provider(doc = _DOC, fields = _FIELDS)
