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
	someDigest  = "sha256:0000000000000000000000000000000000000000000000000000000000000000"
	otherDigest = "sha256:1111111111111111111111111111111111111111111111111111111111111111"
	someHash    = "sha256:0000000000000000000000000000000000000000000000000000"
	baseHead    = `{"version": 1, "config_digest": "` + someDigest + `", "layers": [{"diff_id": "` + someDigest + `", "entries": 3, "size": 10240}], "store_paths": {`
)

func infoJSON(path, size string) string {
	return `{"nar_hash": "` + someHash + `", "nar_size": ` + size + `, "path": "` + path + `", "version": 1}`
}

func TestPlanCommand(t *testing.T) {
	base := writeFile(t, "base.json", baseHead+`"`+libPath+`": "`+someDigest+`", "`+appPath+`": ""}}`)
	mutable := writeFile(t, "layer.json", `{"diff_id": "`+otherDigest+`", "entries": 3, "size": 10240, "store_paths": ["`+libPath+`"], "version": 1}`)
	pinned := writeFile(t, "pinned", libPath+"\n"+configPath+"\n")
	pipeline := writeFile(t, "pipeline.json", `[["subcomponent_in", ["`+libPath+`"]]]`)
	infos := []string{"--info", writeFile(t, "info.json", infoJSON(libPath, "200")), "--info", writeFile(t, "info.json", infoJSON(otherPath, "100"))}
	const app, other, lib = `"` + appPath + `"`, `"` + otherPath + `"`, `"` + libPath + `"`
	for _, test := range []struct {
		name, layers, leftOut, replaced, strategy string
		args                                      []string
	}{
		{"as many as needed", "[" + lib + "],[" + app + "],[" + other + "]", "", "", "popularity", []string{"--max-layers", "99"}},
		{"two", "[" + lib + "],[" + app + "," + other + "]", "", "", "popularity", []string{"--max-layers", "2"}},
		{"two and one", "[" + lib + "],[" + app + "," + other + "]", "", "", "popularity", []string{"--max-layers", "3", "--own-layers=1"}},
		{"on a base", "[" + other + "]", app + "," + lib, "", "popularity", []string{"--max-layers", "3", "--own-layers", "1", "--base", base}},
		{"on a base, replacing", "[" + lib + "],[" + other + "]", app, lib, "popularity",
			[]string{"--max-layers", "5", "--own-layers", "1", "--base", base, "--mutable", mutable}},
		{"pinned", "[" + app + "," + other + "],[" + lib + "]", "", "", "popularity_pinned",
			[]string{"--max-layers", "2", "--strategy=popularity_pinned", "--pinned", pinned}},
		{"auto", "[" + app + "," + lib + "],[" + other + "]", "", "", "auto", append(infos, "--max-layers", "2", "--strategy=auto")},
		{"pipeline", "[" + other + "," + lib + "," + app + "],[]", "", "", "pipeline", append(infos, "--max-layers", "0", "--pipeline", pipeline)},
	} {
		t.Run(test.name, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "plan.json")
			args := []string{"plan", "--closure", writeFile(t, "closure.json", appClosure), "--out", out}
			if status, text := strata(append(args, test.args...)...); status != 0 || text != "" {
				t.Fatalf("status %d: %s", status, text)
			}
			want := `{"layers":[` + test.layers + `],"left_out":[` + test.leftOut + `],"replaced":[` + test.replaced + `],` +
				`"strategy":"` + test.strategy + `","version":1}` + "\n"
			if got := readFile(t, out); got != want {
				t.Errorf("got\n%swant\n%s", got, want)
			}
		})
	}
}

func TestPlanCommandDebug(t *testing.T) {
	out := filepath.Join(t.TempDir(), "plan.json")
	status, text := strata("plan", "--closure", writeFile(t, "closure.json", appClosure), "--max-layers", "5", "--debug", "--out", out)
	if status != 0 || !strings.Contains(text, "LAYER") || !strings.Contains(text, libPath+"\n") {
		t.Errorf("status %d: %s", status, text)
	}
	readFile(t, out)
}

func TestPlanCommandErrors(t *testing.T) {
	closure := writeFile(t, "closure.json", appClosure)
	bad := writeFile(t, "base.json", baseHead+`"/etc": ""}}`)
	for _, test := range []struct {
		name, wantErr string
		args          []string
	}{
		{"strategy", `unknown layering strategy "size": want auto, popularity, popularity_pinned, or a pipeline`, []string{"--max-layers", "5", "--strategy", "size"}},
		{"no layer", "set max_layers to at least 2", []string{"--max-layers", "1", "--own-layers", "1"}},
		{"bad base", `"/etc" is not a store path`, []string{"--max-layers", "5", "--base", bad}},
		{"no sizes", "that of " + otherPath + " is not known", []string{"--max-layers", "5", "--strategy", "auto", "--info", writeFile(t, "info.json", infoJSON(libPath, "7"))}},
		{"another size", "the NAR of " + appPath + " has 300 bytes in the closure, and 301 in its info.json",
			[]string{"--max-layers", "5", "--info", writeFile(t, "info.json", infoJSON(appPath, "301"))}},
		{"bad pipeline", `unknown operation "sort"`, []string{"--max-layers", "5", "--pipeline", writeFile(t, "pipeline.json", `[["sort"]]`)}},
		{"not a number", "--max-layers", []string{"--max-layers", "many"}},
		{"no number", "--max-layers", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "plan.json")
			status, text := strata(append([]string{"plan", "--closure", closure, "--out", out}, test.args...)...)
			if status == 0 || !strings.Contains(text, test.wantErr) {
				t.Errorf("status %d: %s, want %q", status, text, test.wantErr)
			}
			if _, err := os.Stat(out); err == nil {
				t.Error("an output was written")
			}
		})
	}
}
