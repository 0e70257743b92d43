// Bazel builds this workspace; the file keeps it out of the Go module around it.
module example.com/helpers

go 1.26.0
