package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

const (
	appPath    = "/nix/store/a00000000000000000000000000000aa-app"
	libPath    = "/nix/store/b00000000000000000000000000000bb-lib"
	otherPath  = "/nix/store/c00000000000000000000000000000cc-other"
	configPath = "/nix/store/d00000000000000000000000000000dd-config"
)

const appGraph = `[
	{"path": "` + appPath + `", "references": ["` + libPath + `", "` + appPath + `"], "narSize": 300},
	{"path": "` + libPath + `", "references": [], "narHash": "sha256:ignored"},
	{"path": "` + otherPath + `", "references": []}
]`

// planning parses and runs "closure" and "plan".
func planning(args ...string) error {
	var c struct {
		Closure closureCmd `cmd:""`
		Plan    planCmd    `cmd:""`
	}
	parser, err := kong.New(&c)
	if err != nil {
		return err
	}
	ctx, err := parser.Parse(args)
	if err != nil {
		return err
	}
	return ctx.Run()
}

func writeFile(t *testing.T, name, content string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestClosureCommand(t *testing.T) {
	graph := writeFile(t, "graph.json", appGraph)
	config := writeFile(t, "config.json", `{"Cmd": ["`+appPath+`/bin/app"]}`)
	app := `{"narSize":300,"path":"` + appPath + `","references":["` + appPath + `","` + libPath + `"]}`
	lib := `{"path":"` + libPath + `","references":[]}`
	other := `{"path":"` + otherPath + `","references":[]}`
	synthetic := `{"path":"` + configPath + `","references":["` + appPath + `"],"synthetic":true}`
	for _, test := range []struct {
		name           string
		args           []string
		objects, roots string
	}{
		{"root", []string{"--root", appPath}, app + "," + lib, `"` + appPath + `"`},
		{"roots, flag and positional", []string{"--root", otherPath, libPath, otherPath}, lib + "," + other, `"` + libPath + `","` + otherPath + `"`},
		{"all", nil, app + "," + lib + "," + other, `"` + appPath + `","` + libPath + `","` + otherPath + `"`},
		{"synthetic", []string{"--synthetic", configPath + "=" + config}, app + "," + lib + "," + synthetic, `"` + configPath + `"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "closure.json")
			if err := planning(append([]string{"closure", "--graph", graph, "--out", out}, test.args...)...); err != nil {
				t.Fatal(err)
			}
			got, err := os.ReadFile(out)
			if err != nil {
				t.Fatal(err)
			}
			want := `{"objects":[` + test.objects + `],"roots":[` + test.roots + `],"version":1}` + "\n"
			if !bytes.Equal(got, []byte(want)) {
				t.Errorf("got\n%swant\n%s", got, want)
			}
		})
	}
}

func TestClosureCommandErrors(t *testing.T) {
	graph := writeFile(t, "graph.json", appGraph)
	for _, test := range []struct {
		name, wantErr string
		args          []string
	}{
		{"unknown root", "the root " + configPath + " is not in the graph, which has 3 objects", []string{"--root", configPath}},
		{"synthetic without a file", `"` + configPath + `" is not STORE_PATH=FILE`, []string{"--synthetic", configPath}},
		{"graph that is not there", "no such file", []string{"--graph", graph + "x"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "closure.json")
			err := planning(append([]string{"closure", "--graph", graph, "--out", out}, test.args...)...)
			if err == nil || !strings.Contains(err.Error(), test.wantErr) {
				t.Errorf("got %v, want %q", err, test.wantErr)
			}
			if _, err := os.Stat(out); err == nil {
				t.Error("an output was written")
			}
		})
	}
	if err := planning("closure", "--graph", graph); err == nil || !strings.Contains(err.Error(), "--out") {
		t.Errorf("no --out: got %v", err)
	}
}
