"""ImagePushInfo: an image as it is pushed to a repository."""

_DOC = """An image as it is pushed to a repository, with what the push adds to it.

Follows the OCI image specification, "Image Manifest".
"""

_FIELDS = {
    "config": "File: the image's config; None for an index.",
    "manifest": "File: the manifest or the index, whose SHA-256 is the digest.",
    "reference": "File: one line, `repository@sha256:…`.",
    "repository": "string: where it is pushed to, registry included.",
    "tags": "File: the tags, one a line.",
}

ImagePushInfo = provider(doc = _DOC, fields = _FIELDS)
