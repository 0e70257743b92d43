"""The toolchain of the action binary."""

load("//rules/private/rules:strata_toolchain.bzl", _strata_toolchain = "strata_toolchain")

strata_toolchain = _strata_toolchain
