package objectsteps

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/command"
)

const appPath = "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-app"

// box is a folder with an object of one file.
func box(t *testing.T) command.Folder {
	t.Helper()
	folder := t.TempDir()
	for name, text := range map[string]string{"app": "text", "manifest": "file\x000444\x00app\x00app\n", "params": "info\n--out=info.json\n--object\n" + appPath + "=@manifest\n"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return command.Folder(folder)
}

func TestRun(t *testing.T) {
	for _, test := range []struct {
		name, args string
		status     int
		done       bool
		said       string
	}{
		{"a step", "info --out=x --object=" + appPath + "=@manifest", 0, true, ""},
		{"a parameter file", "@params", 0, true, ""},
		{"a bad input", "info --out=x --object=" + appPath + "=@missing", command.ExitBadInput, true, "strata info: " + appPath + " from missing: "},
		{"a step of another program", "blob --compression=gzip", 0, false, ""},
		{"help", "info --help", 0, false, ""},
		{"something wrong", "info --out=x", 0, false, ""},
		{"no parameter file", "@nothing", 0, false, ""},
		{"nothing", "", 0, false, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			var said strings.Builder
			status, done := Run(t.Context(), box(t), strings.Fields(test.args), &said)
			if status != test.status || done != test.done || !strings.HasPrefix(said.String(), test.said) || test.said == "" && said.Len() > 0 {
				t.Errorf("status %d, %t: %s", status, done, &said)
			}
		})
	}
}

// TestRunCancelled: what is read of an object ends with the context.
func TestRunCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var said strings.Builder
	if status, done := Run(ctx, box(t), []string{"@params"}, &said); status != command.ExitBadInput || !done || !strings.Contains(said.String(), "context canceled") {
		t.Errorf("status %d, %t: %s", status, done, &said)
	}
}
