"""The Go SDK that the project's binaries are built with, whoever builds them."""

# As in MODULE.bazel (go_sdk.download) and .bazelrc; tools/test.sh compares them.
GO_SDK_VERSION = "1.26.8"
