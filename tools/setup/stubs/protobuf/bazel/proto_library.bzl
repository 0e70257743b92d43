"""Bazel 7 has the rule built in."""

proto_library = native.proto_library
