"""ImageDirectoriesInfo: directories of an image whose mode or owner a store object cannot hold."""

_DOC = """Of a target in the contents of an image: the mode and the owner that directories have there.

The target's store object holds the directories; in a store they are 0555 and root's.
"""

_FIELDS = {
    "directories": "depset of struct: path (string, relative to the image's root), mode (string of four octal digits), uid, gid (ints) and label (Label of the target that declares it).",
}

ImageDirectoriesInfo = provider(doc = _DOC, fields = _FIELDS)
