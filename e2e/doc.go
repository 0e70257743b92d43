// Package e2e holds the end-to-end tests: they drive a real Bazel in this
// repository and in workspaces that use it, load what it builds into real
// container engines and run it.
//
//	go test -tags e2e -count=1 -timeout 60m ./e2e/...
//
// The tests run on the host; Bazel and every server run where ./bazelw takes
// them, with BAZELW_ROOT=test unless it is set. Each test starts what it needs
// on sockets and folders of its own and ends it by its process ID.
//
// Every test names its lane (harness.Lane): tests of different lanes run at the
// same time, as many as there are CPUs, and those of one lane, which share a
// workspace, one after another. With -v every command that takes a second says
// how long it took.
//
// A test whose needs the machine cannot meet is skipped and noted, one line
// each, in the file that STRATA_E2E_NOT_RUN names; with STRATA_E2E_STRICT=1, or
// where CI is set, it fails instead.
package e2e
