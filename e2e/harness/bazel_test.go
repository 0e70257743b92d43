package harness

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestTemporaryShutsDown: the installation that served a workspace is the one
// that is told to shut down.
func TestTemporaryShutsDown(t *testing.T) {
	dir := t.TempDir()
	log := filepath.Join(dir, "log")
	program := "#!/bin/sh\necho \"$HOME $BAZELW_MODE $*\" >>" + log + "\n"
	if err := os.WriteFile(filepath.Join(dir, "bazelw"), []byte(program), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Run("a test", func(t *testing.T) {
		b := Temporary(t, dir, "HOME=/another", "BAZELW_MODE=private")
		b.Build(t, "//:target")
	})
	said := strings.Split(strings.TrimSpace(ReadFile(t, log)), "\n")
	if len(said) != 2 || !strings.HasSuffix(said[1], "shutdown") {
		t.Fatalf("got %q, want a build and a shutdown", said)
	}
	for _, line := range said {
		if !strings.HasPrefix(line, "/another private --output_base=") {
			t.Errorf("another installation: %s", line)
		}
	}
}
