"""Store objects, and texts that mention them."""

load("//rules/private/rules:expand_store_paths.bzl", _expand_store_paths = "expand_store_paths")
load("//rules/private/rules:nar_store_object.bzl", _nar_store_object = "nar_store_object")
load("//rules/private/rules:store_object.bzl", _store_object = "store_object")

expand_store_paths = _expand_store_paths
nar_store_object = _nar_store_object
store_object = _store_object
