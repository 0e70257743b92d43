package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFilesCommand(t *testing.T) {
	const hello = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"
	out := filepath.Join(t.TempDir(), "files.mtree")
	record := "file\x000444\x00f\x00" + writeFile(t, "source", "hello\n")
	const tree = "#mtree\n#version=1\n. type=dir\n./f type=file mode=0444 size=6 sha256digest=" + hello + "\n"
	for _, test := range []struct {
		name string
		args []string
		want string
	}{
		{"manifest", []string{onePath + "=@" + writeFile(t, "manifest", record+"\n")}, tree},
		{"records", []string{onePath + "=@", record}, tree},
		{"NAR", []string{onePath + "=" + smallNAR(t, "x.nar", "hello\n")}, "#mtree\n#version=1 size=288 sha256digest="},
	} {
		status, text := strata(append([]string{"files", "--out", out, "--object"}, test.args...)...)
		if status != 0 || text != "" {
			t.Fatalf("%s: status %d: %s", test.name, status, text)
		}
		if got := readFile(t, out); !strings.HasPrefix(got, test.want) {
			t.Errorf("%s: got %s want %s", test.name, got, test.want)
		}
	}
}

func TestFilesCommandErrors(t *testing.T) {
	out := filepath.Join(t.TempDir(), "files.mtree")
	for _, test := range []struct {
		name   string
		status int
		args   []string
		want   string
	}{
		{"no object", 2, nil, "--object"},
		{"missing", 1, []string{"--object", onePath + "=missing.nar"}, "missing.nar"},
		{"missing file", 1, []string{"--object", onePath + "=@", "file\x000444\x00f\x00missing"}, "missing"},
		{"truncated", 1, []string{"--object", onePath + "=" + writeFile(t, "x.nar", readFile(t, smallNAR(t, "y.nar", "x"))[:99])}, "truncated"},
	} {
		status, text := strata(append([]string{"files", "--out", out}, test.args...)...)
		if status != test.status || !strings.Contains(text, test.want) {
			t.Errorf("%s: status %d, %q", test.name, status, text)
		}
		if _, err := os.Stat(out); err == nil {
			t.Errorf("%s: an output was written", test.name)
		}
	}
}
