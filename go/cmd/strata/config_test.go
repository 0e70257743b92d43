package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/command"
)

// describedLayer writes layer.json of a layer that is nowhere, whose digest
// has only one digit.
func describedLayer(t *testing.T, digit string, paths ...string) string {
	t.Helper()
	return writeFile(t, "layer-"+digit+".json", layerMetadata(digit, paths...)+"\n")
}

func layerMetadata(digit string, paths ...string) string {
	list := ""
	if len(paths) > 0 {
		list = `"` + strings.Join(paths, `","`) + `"`
	}
	return `{"diff_id":"sha256:` + strings.Repeat(digit, 64) + `","entries":3,"size":10240,"store_paths":[` + list + `],"version":1}`
}

// runConfig runs the step with outputs in a folder.
func runConfig(folder string, args ...string) (int, string) {
	return strata(append([]string{"config", "--out", filepath.Join(folder, "config.json"), "--layers-out", filepath.Join(folder, "layers.json"),
		"--tag-out", filepath.Join(folder, "tag"), "--architecture=arm64"}, args...)...)
}

func TestConfigCommand(t *testing.T) {
	plan := writeFile(t, "plan.json", `{"layers":[["`+libPath+`"],["`+appPath+`","`+otherPath+`"]],"strategy":"popularity","version":1}`)
	inputs := []string{
		"--plan", plan, "--config", writeFile(t, "user.json", `{"Cmd": ["/bin/app"]}`),
		"--layer", describedLayer(t, "1", libPath), "--layer", describedLayer(t, "2", appPath), "--customisation", describedLayer(t, "4"),
		"--rest", writeFile(t, "rest.json", `{"layers":[`+layerMetadata("3", appPath, otherPath)+`],"version":1}`),
	}
	for _, test := range []struct {
		name         string
		args         []string
		tag, created string
		config       string
	}{
		{name: "defaults", tag: "00yqyh0bh9wc3glwwg05i9hggsj4i4gd", created: "1970-01-01T00:00:01Z", config: `"os":"linux"`},
		{name: "tag", args: []string{"--tag=v1"}, tag: "v1", created: "1970-01-01T00:00:01Z"},
		{name: "created", args: []string{"--tag=v1", "--created=2024-02-29T01:00:00+01:00"}, tag: "v1", created: "2024-02-29T00:00:00Z"},
		{name: "OS", args: []string{"--tag=v1", "--os=freebsd"}, tag: "v1", created: "1970-01-01T00:00:01Z", config: `"os":"freebsd"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			folder := t.TempDir()
			if status, text := runConfig(folder, append(test.args, inputs...)...); status != 0 || text != "" {
				t.Fatalf("status %d: %s", status, text)
			}
			if got := readFile(t, filepath.Join(folder, "tag")); got != test.tag+"\n" {
				t.Errorf("tag: got %q, want %q", got, test.tag)
			}
			config := readFile(t, filepath.Join(folder, "config.json"))
			for _, want := range []string{
				test.config, `"architecture":"arm64"`, `"config":{"Cmd":["/bin/app"]}`, `"created":"` + test.created + `","history":[{`,
				`"diff_ids":["sha256:` + strings.Repeat("1", 64) + `","sha256:` + strings.Repeat("3", 64) + `","sha256:` + strings.Repeat("4", 64) + `"]`,
			} {
				if !strings.Contains(config, want) {
					t.Errorf("config.json: got %s, want %s in it", config, want)
				}
			}
			layers := readFile(t, filepath.Join(folder, "layers.json"))
			if want := `"size":10240,"store_paths":["` + appPath + `","` + otherPath + `"]},{"diff_id":"sha256:` + strings.Repeat("4", 64) + `","entries":3,"kind":"customisation"`; !strings.Contains(layers, want) {
				t.Errorf("layers.json: got %s, want %s in it", layers, want)
			}
		})
	}
}

func TestConfigCommandErrors(t *testing.T) {
	plan := writeFile(t, "plan.json", `{"layers":[["`+libPath+`"],["`+appPath+`","`+otherPath+`"]],"strategy":"popularity","version":1}`)
	lib, app := describedLayer(t, "1", libPath), describedLayer(t, "2", appPath)
	both, links := describedLayer(t, "3", appPath, otherPath), describedLayer(t, "4")
	rest := writeFile(t, "rest.json", `{"layers":[`+layerMetadata("3", appPath, otherPath)+`],"version":1}`)
	user := writeFile(t, "user.json", `{}`)
	for _, test := range []struct {
		name string
		// args come after these: plan, customisation, config.
		args []string
		want []string
	}{
		{"layer that is not described", []string{"--rest", rest}, []string{"layer 1 of the plan: no --layer describes " + libPath}},
		{"shared layer that is not described", []string{"--layer", lib}, []string{"layer 2 of the plan holds 2 objects", "no --rest describes it"}},
		{"other shared layer", []string{"--layer", lib, "--rest", writeFile(t, "rest.json", `{"layers":[],"version":1}`)}, []string{"no --rest describes it"}},
		{"layer described twice", []string{"--layer", lib, "--layer", writeFile(t, "l.json", layerMetadata("7", libPath))}, []string{libPath + " has other contents in ", "l.json than in another", "from one source"}},
		{"layer of two objects", []string{"--layer", both}, []string{both + ": describes 2 objects: give it with --rest or --customisation"}},
		{"layer of no object", []string{"--layer", links}, []string{links + ": describes 0 objects"}},
		{"layer that is gone", []string{"--layer", lib + "x"}, []string{lib + "x", "no such file"}},
		{"layer with a bad digest", []string{"--layer", writeFile(t, "l.json", strings.Replace(layerMetadata("1", libPath), "11", "1x", 1))}, []string{`l.json: "diff_id" is "sha256:1x`}},
		{"rest that is no JSON", []string{"--rest", writeFile(t, "rest.json", "x")}, []string{"rest.json: not a JSON object"}},
		{"rest of another version", []string{"--rest", writeFile(t, "rest.json", `{"version":2}`)}, []string{"version 2, want 1"}},
		{"plan that is none", []string{"--plan", lib}, []string{lib, `unknown field "diff_id"`}},
		{"links that are not described", []string{"--customisation", "missing"}, []string{"missing", "no such file"}},
		{"config that is gone", []string{"--layer", lib, "--rest", rest, "--config", user + "x"}, []string{user + "x", "no such file"}},
		{"config file with a label", []string{"--layer", lib, "--rest", rest, "--config-as-is", "--config", writeFile(t, "u.json", `{"Cmd":["$(store_path :x)/x"]}`)},
			[]string{"u.json: $(store_path LABEL) is not replaced in a file", "expand_store_paths"}},
		{"config that is no JSON", []string{"--layer", lib, "--rest", rest, "--config", writeFile(t, "u.json", "Cmd")}, []string{"u.json: config: not JSON: "}},
		{"config with an unknown field", []string{"--layer", lib, "--layer", app, "--rest", rest, "--config", writeFile(t, "u.json", `{"cmd":[]}`)},
			[]string{`u.json: config: unknown field "cmd": write "Cmd"`}},
		{"config with a wrong type", []string{"--layer", lib, "--rest", rest, "--config", writeFile(t, "u.json", `{"Env":["A",1]}`)}, []string{"u.json: config: Env[1]: the number 1 cannot stand here: want a string"}},
		{"no architecture", []string{"--layer", lib, "--rest", rest, "--architecture="}, []string{"config: architecture: it is empty"}},
		{"no OS", []string{"--layer", lib, "--rest", rest, "--os="}, []string{"config: os: it is empty"}},
		{"created after the year 9999", []string{"--layer", lib, "--rest", rest, "--created=9223372036854775807"}, []string{"config: created: the year "}},
	} {
		t.Run(test.name, func(t *testing.T) {
			folder := t.TempDir()
			status, text := runConfig(folder, append([]string{"--plan", plan, "--customisation", links, "--config", user}, test.args...)...)
			if status != command.ExitBadInput || !strings.HasPrefix(text, "strata config: ") {
				t.Errorf("status %d: %s", status, text)
			}
			for _, want := range test.want {
				if !strings.Contains(text, want) {
					t.Errorf("got %s, want %s", text, want)
				}
			}
			if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
				t.Errorf("left behind: %v %v", left, err)
			}
		})
	}
}

// TestConfigCommandSaysWhy: layers.json has the plan's reasons, and the sizes
// of the layers that the objects would have alone.
func TestConfigCommandSaysWhy(t *testing.T) {
	folder := t.TempDir()
	status, text := runConfig(folder,
		"--plan", writeFile(t, "plan.json", `{"layers":[["`+libPath+`"],["`+appPath+`","`+otherPath+`"]],"strategy":"size","version":1,"why":["alone: the largest","2 others"]}`),
		"--layer", describedLayer(t, "1", libPath), "--layer", describedLayer(t, "2", otherPath), "--customisation", describedLayer(t, "4"),
		"--rest", writeFile(t, "rest.json", `{"layers":[`+layerMetadata("3", appPath, otherPath)+`],"version":1}`),
		"--config", writeFile(t, "user.json", "{}"))
	if status != 0 || text != "" {
		t.Fatalf("status %d: %s", status, text)
	}
	layers := readFile(t, filepath.Join(folder, "layers.json"))
	for _, want := range []string{
		`"kind":"store","object_sizes":[10240],"size":10240,"store_paths":["` + libPath + `"],"why":"alone: the largest"}`,
		`"kind":"store","object_sizes":[0,10240],"size":10240,"store_paths":["` + appPath + `","` + otherPath + `"],"why":"2 others"}`,
		`"kind":"customisation","size":10240,"store_paths":[]}`,
	} {
		if !strings.Contains(layers, want) {
			t.Errorf("got %s, want %s in it", layers, want)
		}
	}
}
