"""ObjectClosureInfo: marks a store object that stands for others."""

_DOC = "Of a target whose store object has no files: in the contents of an image it stands for what it refers to."

_FIELDS = {}

ObjectClosureInfo = provider(doc = _DOC, fields = _FIELDS)
