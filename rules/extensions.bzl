"""Module extensions, for MODULE.bazel."""

load("//rules/private/repository:nix_extension.bzl", _nix = "nix")
load("//rules/private/repository:pull_extension.bzl", _pull = "pull")

nix = _nix

pull = _pull
