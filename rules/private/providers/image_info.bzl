"""ImageInfo: a container image."""

_DOC = """A container image, described by small files; its layers' bytes are made when they are sent.

Follows the OCI image specification, "Image Configuration".
"""

_FIELDS = {
    "build_args": "dict: of a `build_image` its attributes, as the rule has them, labels as strings; None for other images.",
    "candidates": "depset of StoreObjectInfo: the objects that the image may hold; the plan says which it does.",
    "closure": "File: closure.json: the store paths in the image with their references.",
    "config": "File: the image's config; its SHA-256 is the image ID.",
    "description": "struct: run (File, NAME.image.json), runfiles (all that it names, but for what a lazy image leaves to the remote cache) and whole_runfiles (with that), records (for actions, see image_records.bzl) and inputs (depset of Files: all that the records name).",
    "digest": "File: one line, the digest of the manifest, `sha256:` and 64 hexadecimal digits. Compresses the layers.",
    "image_tag": "File: one line, the image's tag.",
    "layers": "File: layers.json: diff ID, size (bytes) and store paths of every layer, bottom layer first; sizes are 0 where an `image_push` takes an image of a registry by reference.",
    "made_at_run": "bool: created or mtime is the time of the run, so that the image has another ID each time.",
    "manifest": "File: the OCI manifest. Compresses the layers.",
    "name": "string: the repository part of the image's name, lower case.",
    "oci_layout": "File: a directory, the OCI layout; None where an `image_push` takes an image of a registry by reference, without its layers.",
    "passthru": "dict of strings: the image's attribute of this name, for rules of your own.",
    "plan": "File: plan.json: which store objects share a layer, bottom layer first.",
    "platform": "struct: os and architecture (GOOS and GOARCH strings).",
    "top_layer": "File: the tar of the image's top layer: of a `build_image` all that it adds to its base, otherwise its customisation layer. None for images of a registry.",
    "tag": "string or None: the tag asked for; None means that it comes from the content, see image_tag.",
}

ImageInfo = provider(doc = _DOC, fields = _FIELDS)
