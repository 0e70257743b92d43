package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestInfoCommand(t *testing.T) {
	out := filepath.Join(t.TempDir(), "info.json")
	file := smallNAR(t, "x.nar", "hello\n")
	manifest := writeFile(t, "manifest", "file\x000444\x00f\x00"+writeFile(t, "source", "hello\n")+"\n")
	for _, source := range []string{file, "@" + manifest} {
		if status, text := strata("info", "--object", onePath+"="+source, "--out", out); status != 0 || text != "" {
			t.Fatalf("status %d: %s", status, text)
		}
		want := `{"nar_hash":"sha256:0addczm9fjxkwraq3rf9z66ndy1w8scg7pi05xdyf4rjpl2h73gj","nar_size":288,"path":"` + onePath + `","version":1}` + "\n"
		if got := readFile(t, out); got != want {
			t.Errorf("got %s want %s", got, want)
		}
	}
}

func TestInfoCommandErrors(t *testing.T) {
	out := filepath.Join(t.TempDir(), "info.json")
	for _, test := range []struct {
		name   string
		status int
		args   []string
		want   string
	}{
		{"no object", 2, nil, "--object"},
		{"missing", 1, []string{"--object", onePath + "=missing.nar"}, "missing.nar"},
		{"truncated", 1, []string{"--object", onePath + "=" + writeFile(t, "x.nar", readFile(t, smallNAR(t, "y.nar", "x"))[:99])}, "truncated"},
	} {
		status, text := strata(append([]string{"info", "--out", out}, test.args...)...)
		if status != test.status || !strings.Contains(text, test.want) {
			t.Errorf("%s: status %d, %q", test.name, status, text)
		}
		if _, err := os.Stat(out); err == nil {
			t.Errorf("%s: an output was written", test.name)
		}
	}
}
