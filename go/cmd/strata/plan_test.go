package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const appClosure = `{
	"version": 1,
	"roots": ["` + configPath + `"],
	"objects": [
		{"path": "` + configPath + `", "references": ["` + appPath + `"], "synthetic": true},
		{"path": "` + appPath + `", "references": ["` + libPath + `", "` + appPath + `"], "narSize": 300},
		{"path": "` + otherPath + `", "references": ["` + libPath + `"]},
		{"path": "` + libPath + `", "references": []}
	]
}`

const (
	oneLayerBase = `{"version": 1, "layers": 1, "store_paths": ["` + libPath + `"],
		"diff_ids": ["sha256:0000000000000000000000000000000000000000000000000000000000000000"]}`
	badBase = `{"version": 1, "layers": 2, "diff_ids": [], "store_paths": []}`
)

func TestPlanCommand(t *testing.T) {
	closure := writeFile(t, "closure.json", appClosure)
	base := writeFile(t, "base.json", oneLayerBase)
	for _, test := range []struct {
		name, layers string
		args         []string
	}{
		{"as many as needed", `["` + libPath + `"],["` + appPath + `"],["` + otherPath + `"]`, []string{"--max-layers", "98"}},
		{"two", `["` + libPath + `"],["` + appPath + `","` + otherPath + `"]`, []string{"--max-layers", "2"}},
		{"two, one of them the base's", `["` + libPath + `","` + appPath + `","` + otherPath + `"]`, []string{"--max-layers", "2", "--base", base}},
	} {
		t.Run(test.name, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "plan.json")
			args := []string{"plan", "--closure", closure, "--strategy", "popularity", "--out", out}
			if err := planning(append(args, test.args...)...); err != nil {
				t.Fatal(err)
			}
			got, err := os.ReadFile(out)
			if err != nil {
				t.Fatal(err)
			}
			want := `{"layers":[` + test.layers + `],"strategy":"popularity","version":1}` + "\n"
			if string(got) != want {
				t.Errorf("got\n%swant\n%s", got, want)
			}
		})
	}
}

func TestPlanCommandErrors(t *testing.T) {
	closure := writeFile(t, "closure.json", appClosure)
	bad := writeFile(t, "base.json", badBase)
	for _, test := range []struct {
		name, wantErr string
		args          []string
	}{
		{"strategy", `unknown layering strategy "size": want popularity`, []string{"--max-layers", "5", "--strategy", "size"}},
		{"no layer", "set max_layers to at least 2", []string{"--max-layers", "0"}},
		{"bad base", `"layers" is 2, but there are 0 diff IDs`, []string{"--max-layers", "5", "--base", bad}},
		{"not a number", "--max-layers", []string{"--max-layers", "many"}},
		{"no number", "--max-layers", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "plan.json")
			err := planning(append([]string{"plan", "--closure", closure, "--out", out}, test.args...)...)
			if err == nil || !strings.Contains(err.Error(), test.wantErr) {
				t.Errorf("got %v, want %q", err, test.wantErr)
			}
			if _, err := os.Stat(out); err == nil {
				t.Error("an output was written")
			}
		})
	}
}
