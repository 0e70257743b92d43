"""Images with the environment in which Nix builds a derivation."""

load("//rules/private/macros:build_nix_shell_image.bzl", _build_nix_shell_image = "build_nix_shell_image")
load("//rules/private/macros:stream_nix_shell_image.bzl", _stream_nix_shell_image = "stream_nix_shell_image")
load("//rules/private/rules:nix_derivation.bzl", _nix_derivation = "nix_derivation")

build_nix_shell_image = _build_nix_shell_image
nix_derivation = _nix_derivation
stream_nix_shell_image = _stream_nix_shell_image
