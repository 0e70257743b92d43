// Package protocol has the messages of Bazel's persistent workers; see
// worker_protocol.proto.
package protocol
