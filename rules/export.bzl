"""Images as other files: their file system alone, or several in one archive."""

load("//rules/private/macros:export_image.bzl", _export_image = "export_image")
load("//rules/private/macros:merge_images.bzl", _merge_images = "merge_images")

export_image = _export_image
merge_images = _merge_images
