//go:build e2e

package e2e

import (
	"testing"

	"github.com/rules-strata/rules_strata/e2e/harness"
)

// executed: every action runs on the executor, which sees nothing of this
// machine but its inputs, and makes what it makes here. The executor's cache was
// empty, and is filled by its own results alone: a hit is an action that two
// targets, or two workspaces, have in common.
func (e sharedExample) executed(t *testing.T, bazel harness.Bazel, executor *harness.CAS, local map[string]string) {
	t.Helper()
	spawns := e.build(t, bazel, noDisk, "--remote_executor="+executor.Address, "--spawn_strategy=remote", allOutputs)
	runnersAre(t, spawns, "remote", "remote cache hit")
	sameOutputs(t, e.files(t, bazel), local)
}
