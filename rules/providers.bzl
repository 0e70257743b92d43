"""The providers that the rules exchange."""

load("//rules/private/providers:binary_closure_info.bzl", _BinaryClosureInfo = "BinaryClosureInfo")
load("//rules/private/providers:image_index_info.bzl", _ImageIndexInfo = "ImageIndexInfo")
load("//rules/private/providers:image_info.bzl", _ImageInfo = "ImageInfo")
load("//rules/private/providers:image_push_info.bzl", _ImagePushInfo = "ImagePushInfo")
load("//rules/private/providers:layer_info.bzl", _LayerInfo = "LayerInfo")
load("//rules/private/providers:nix_derivation_info.bzl", _NixDerivationInfo = "NixDerivationInfo")
load("//rules/private/providers:store_object_info.bzl", _StoreObjectInfo = "StoreObjectInfo")

BinaryClosureInfo = _BinaryClosureInfo
ImageIndexInfo = _ImageIndexInfo
ImageInfo = _ImageInfo
ImagePushInfo = _ImagePushInfo
LayerInfo = _LayerInfo
NixDerivationInfo = _NixDerivationInfo
StoreObjectInfo = _StoreObjectInfo
