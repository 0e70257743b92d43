"""Programs of any language, split into layers by their own dependencies."""

load("//rules/private/macros:binary_image.bzl", _binary_image = "binary_image")
load("//rules/private/rules:binary_closure.bzl", _binary_closure = "binary_closure")

binary_closure = _binary_closure
binary_image = _binary_image
