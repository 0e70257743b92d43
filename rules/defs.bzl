"""Everything that a BUILD file loads from rules_strata."""

load("//rules:binary.bzl", _binary_closure = "binary_closure", _binary_image = "binary_image")
load("//rules:export.bzl", _export_image = "export_image", _merge_images = "merge_images")
load("//rules:helpers.bzl", _SHADOW_SETUP = "SHADOW_SETUP", _bin_sh = "bin_sh", _build_env = "build_env", _ca_certificates = "ca_certificates", _fake_nss = "fake_nss", _iana_etc = "iana_etc", _non_root_user = "non_root_user", _shadow_setup = "shadow_setup", _timezone_data = "timezone_data", _tmp_dirs = "tmp_dirs", _usr_bin_env = "usr_bin_env")
load("//rules:image.bzl", _build_image = "build_image", _build_layered_image = "build_layered_image", _image_config = "image_config", _image_test = "image_test", _stream_layered_image = "stream_layered_image")
load("//rules:index.bzl", _image_index = "image_index")
load("//rules:object.bzl", _expand_store_paths = "expand_store_paths", _nar_store_object = "nar_store_object", _store_object = "store_object")
load("//rules:providers.bzl", _BinaryClosureInfo = "BinaryClosureInfo", _ImageIndexInfo = "ImageIndexInfo", _ImageInfo = "ImageInfo", _ImagePushInfo = "ImagePushInfo", _LayerInfo = "LayerInfo", _NixDerivationInfo = "NixDerivationInfo", _StoreObjectInfo = "StoreObjectInfo")
load("//rules:push.bzl", _image_push = "image_push", _image_references = "image_references")
load("//rules:shell.bzl", _build_nix_shell_image = "build_nix_shell_image", _nix_derivation = "nix_derivation", _stream_nix_shell_image = "stream_nix_shell_image")
load("//rules:toolchain.bzl", _strata_toolchain = "strata_toolchain")

BinaryClosureInfo = _BinaryClosureInfo
ImageIndexInfo = _ImageIndexInfo
ImageInfo = _ImageInfo
ImagePushInfo = _ImagePushInfo
LayerInfo = _LayerInfo
NixDerivationInfo = _NixDerivationInfo
SHADOW_SETUP = _SHADOW_SETUP
StoreObjectInfo = _StoreObjectInfo
bin_sh = _bin_sh
binary_closure = _binary_closure
binary_image = _binary_image
build_env = _build_env
build_image = _build_image
build_layered_image = _build_layered_image
build_nix_shell_image = _build_nix_shell_image
ca_certificates = _ca_certificates
expand_store_paths = _expand_store_paths
export_image = _export_image
fake_nss = _fake_nss
iana_etc = _iana_etc
image_config = _image_config
image_index = _image_index
image_push = _image_push
image_references = _image_references
image_test = _image_test
merge_images = _merge_images
nar_store_object = _nar_store_object
nix_derivation = _nix_derivation
non_root_user = _non_root_user
shadow_setup = _shadow_setup
store_object = _store_object
strata_toolchain = _strata_toolchain
stream_layered_image = _stream_layered_image
stream_nix_shell_image = _stream_nix_shell_image
timezone_data = _timezone_data
tmp_dirs = _tmp_dirs
usr_bin_env = _usr_bin_env
