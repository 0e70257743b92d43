"""Module extensions, for MODULE.bazel."""

load("//rules/private/repository:nix_extension.bzl", _nix = "nix")

nix = _nix
