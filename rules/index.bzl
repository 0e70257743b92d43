"""One name for images of several platforms."""

load("//rules/private/macros:image_index.bzl", _image_index = "image_index")

image_index = _image_index
