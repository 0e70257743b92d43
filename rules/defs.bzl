"""Everything that a BUILD file loads from rules_strata."""

load("//rules:image.bzl", _build_image = "build_image", _build_layered_image = "build_layered_image", _image_config = "image_config", _image_test = "image_test", _stream_layered_image = "stream_layered_image")
load("//rules:index.bzl", _image_index = "image_index")
load("//rules:object.bzl", _expand_store_paths = "expand_store_paths", _nar_store_object = "nar_store_object", _store_object = "store_object")
load("//rules:providers.bzl", _ImageIndexInfo = "ImageIndexInfo", _ImageInfo = "ImageInfo", _ImagePushInfo = "ImagePushInfo", _LayerInfo = "LayerInfo", _NixDerivationInfo = "NixDerivationInfo", _StoreObjectInfo = "StoreObjectInfo")
load("//rules:push.bzl", _image_push = "image_push", _image_references = "image_references")
load("//rules:shell.bzl", _build_nix_shell_image = "build_nix_shell_image", _nix_derivation = "nix_derivation", _stream_nix_shell_image = "stream_nix_shell_image")
load("//rules:toolchain.bzl", _strata_toolchain = "strata_toolchain")

ImageIndexInfo = _ImageIndexInfo
ImageInfo = _ImageInfo
ImagePushInfo = _ImagePushInfo
LayerInfo = _LayerInfo
NixDerivationInfo = _NixDerivationInfo
StoreObjectInfo = _StoreObjectInfo
build_image = _build_image
build_layered_image = _build_layered_image
build_nix_shell_image = _build_nix_shell_image
expand_store_paths = _expand_store_paths
image_config = _image_config
image_index = _image_index
image_push = _image_push
image_references = _image_references
image_test = _image_test
nar_store_object = _nar_store_object
nix_derivation = _nix_derivation
store_object = _store_object
strata_toolchain = _strata_toolchain
stream_layered_image = _stream_layered_image
stream_nix_shell_image = _stream_nix_shell_image
