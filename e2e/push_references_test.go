//go:build e2e

package e2e

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/e2e/harness"
)

// TestReferences: a text has what is pushed, with stamping and without, and one
// image may be in it under several names.
func TestReferences(t *testing.T) {
	harness.Lane(t, "push")
	w, registry := pushes(t), newPushRegistry(t)
	status := "--workspace_status_command=" + filepath.Join(w.bazel.Dir, "status.sh")
	digests := map[string]string{}
	for name, flags := range map[string][]string{"unstamped": {}, "stamped": {"--stamp", status}} {
		w.bazel.Build(t, append(flags, "//references:file", "//references:named", "//references:push_plain")...)
		plain := w.reference(t, "//references:push_plain")
		digest := w.run(t, registry.host+"/referred", "//references:push", append(flags, "--")...)
		equal(t, name, harness.ReadFile(t, filepath.Join(w.bazel.Bin(t), "references", "deployment.yaml")), strings.ReplaceAll(lines(`
			init: localhost:5000/referred@DIGEST
			main: "localhost:5000/referred@DIGEST"
			plain: localhost:5000/plain@`+plain+` {OTHER}`)+"\n", "DIGEST", digest))
		equal(t, name+", a file of the target's name", harness.ReadFile(t, filepath.Join(w.bazel.Bin(t), "references", "named")), "localhost:5000/plain@"+plain+"\n")
		equal(t, name+", digest of the tag", registry.inspect(t, "referred:latest").Digest, digest)
		digests[name] = digest
	}
	if digests["stamped"] == digests["unstamped"] {
		t.Error("stamping changed nothing")
	}
}
