"""The providers that the rules exchange."""

load("//rules/private/providers:image_info.bzl", _ImageInfo = "ImageInfo")
load("//rules/private/providers:layer_info.bzl", _LayerInfo = "LayerInfo")
load("//rules/private/providers:nix_derivation_info.bzl", _NixDerivationInfo = "NixDerivationInfo")
load("//rules/private/providers:store_object_info.bzl", _StoreObjectInfo = "StoreObjectInfo")

ImageInfo = _ImageInfo
LayerInfo = _LayerInfo
NixDerivationInfo = _NixDerivationInfo
StoreObjectInfo = _StoreObjectInfo
