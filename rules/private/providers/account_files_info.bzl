"""AccountFilesInfo: marks store objects that hold an image's users and groups."""

_DOC = "Of a target whose store object has etc/passwd and etc/group, of which an image can have one pair."

_FIELDS = {
    "holders": "depset of struct: label (Label of the target that declares the files) and helper (string, what made them, such as \"fake_nss\").",
}

AccountFilesInfo = provider(doc = _DOC, fields = _FIELDS)
