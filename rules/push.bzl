"""Images on their way to registries."""

load("//rules/private/macros:image_push.bzl", _image_push = "image_push")
load("//rules/private/rules:image_references.bzl", _image_references = "image_references")

image_push = _image_push
image_references = _image_references
