"""LayerInfo: one layer of an image."""

_DOC = """A layer: a tar of file system entries, described by a small metadata file.

Follows the OCI image specification, "Image Layer Filesystem Changeset".
"""

_FIELDS = {
    "blob": "struct with a field for each compression (gzip, zstd): a struct of info (File: digest and size, no bytes are kept), bytes and descriptor (Files: the descriptor comes with the bytes), all made when something asks for them.",
    "metadata": "File: layer.json: diff ID, size (bytes), number of entries, store paths.",
    "source": "struct (see object_source.bzl) or File: the store object the tar is made of on the fly, or the tar itself.",
}

LayerInfo = provider(doc = _DOC, fields = _FIELDS)
