"""Container images from closures of store objects."""

load("//rules/private/macros:build_image.bzl", _build_image = "build_image")
load("//rules/private/macros:build_layered_image.bzl", _build_layered_image = "build_layered_image")
load("//rules/private/macros:image_test.bzl", _image_test = "image_test")
load("//rules/private/macros:stream_layered_image.bzl", _stream_layered_image = "stream_layered_image")
load("//rules/private/values:image_config.bzl", _image_config = "image_config")

build_image = _build_image
build_layered_image = _build_layered_image
image_config = _image_config
image_test = _image_test
stream_layered_image = _stream_layered_image
