"""ImageIndexInfo: one name for container images of several platforms."""

_DOC = """An image index: one name for container images of several platforms.

Follows the OCI image specification, "Image Index".
"""

_FIELDS = {
    "digest": "File: one line, the digest of the index, `sha256:` and 64 hexadecimal digits. Compresses the layers.",
    "image_tag": "File: one line, the tag.",
    "images": "list of ImageInfo: the images, in the order of the index.",
    "index": "File: the OCI image index. Compresses the layers.",
    "name": "string: the repository part of the name, lower case.",
    "oci_layout": "File: a directory, the OCI layout of the index and all its images; None where one of these has none.",
    "tag": "string or None: the tag asked for; None means that it comes from the content, see image_tag.",
}

ImageIndexInfo = provider(doc = _DOC, fields = _FIELDS)
