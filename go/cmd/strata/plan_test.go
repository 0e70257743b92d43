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
	placed := writeFile(t, "placed.json", `{"diff_id": "`+otherDigest+`", "entries": 3, "root": "/app", "size": 10240, "store_paths": ["`+libPath+`"], "version": 1}`)
	pinned := writeFile(t, "pinned", libPath+"\n"+configPath+"\n")
	pipeline := writeFile(t, "pipeline.json", `[["subcomponent_in", ["`+libPath+`"]]]`)
	infos := []string{"--info", writeFile(t, "info.json", infoJSON(libPath, "200")), "--info", writeFile(t, "info.json", infoJSON(otherPath, "100"))}
	const app, other, lib = `"` + appPath + `"`, `"` + otherPath + `"`, `"` + libPath + `"`
	for _, test := range []struct {
		name, layers, leftOut, replaced, strategy, why string
		args                                           []string
	}{
		{"as many as needed", "[" + lib + "],[" + app + "],[" + other + "]", "", "", "popularity", `,"why":["alone: among the 2 most popular","alone: among the 2 most popular","alone: no other object is left"]`, []string{"--max-layers", "99"}},
		{"two", "[" + lib + "],[" + app + "," + other + "]", "", "", "popularity", `,"why":["alone: among the 1 most popular","the other 2 objects"]`, []string{"--max-layers", "2"}},
		{"two and one", "[" + lib + "],[" + app + "," + other + "]", "", "", "popularity", `,"why":["alone: among the 1 most popular","the other 2 objects"]`, []string{"--max-layers", "3", "--own-layers=1"}},
		{"on a base", "[" + other + "]", app + "," + lib, "", "popularity", `,"why":["alone: no other object is left"]`,
			[]string{"--max-layers", "3", "--own-layers", "1", "--base", base}},
		{"on a base, replacing", "[" + lib + "],[" + other + "]", app, lib, "popularity", `,"why":["alone: among the 1 most popular","alone: no other object is left"]`,
			[]string{"--max-layers", "5", "--own-layers", "1", "--base", base, "--mutable", mutable}},
		{"on a base, over placed files", "[" + lib + "],[" + other + "]", app, "", "popularity", `,"why":["alone: among the 1 most popular","alone: no other object is left"]`,
			[]string{"--max-layers", "5", "--own-layers", "1", "--base", base, "--mutable", placed}},
		{"pinned", "[" + app + "," + other + "],[" + lib + "]", "", "", "popularity_pinned", `,"why":["the other 2 objects","alone: pinned"]`,
			[]string{"--max-layers", "2", "--strategy=popularity_pinned", "--pinned", pinned}},
		{"auto", "[" + app + "," + lib + "],[" + other + "]", "", "", "auto", `,"why":["2 objects, used by app","1 object that no large object needs"]`,
			append(infos, "--max-layers", "2", "--strategy=auto")},
		{"size", "[" + app + "],[" + lib + "," + other + "]", "", "", "size", `,"why":["alone: among the 1 largest","the other 2 objects"]`,
			append(infos, "--max-layers", "2", "--strategy=size")},
		{"stable, tiny layers", "[" + app + "],[" + lib + "," + other + "]", "", "", "stable",
			`,"why":["alone: there are enough layers","2 objects of 2 layers that would be small"]`,
			append(infos, "--max-layers", "9", "--strategy=stable", "--min-layer-size", "250")},
		{"pipeline", "[" + other + "," + lib + "," + app + "],[]", "", "", "pipeline", "", append(infos, "--max-layers", "0", "--pipeline", pipeline)},
	} {
		t.Run(test.name, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "plan.json")
			args := []string{"plan", "--closure", writeFile(t, "closure.json", appClosure), "--out", out}
			if status, text := strata(append(args, test.args...)...); status != 0 || text != "" {
				t.Fatalf("status %d: %s", status, text)
			}
			want := `{"layers":[` + test.layers + `],"left_out":[` + test.leftOut + `],"replaced":[` + test.replaced + `],` +
				`"strategy":"` + test.strategy + `","version":1` + test.why + "}\n"
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
		{"strategy", `unknown layering strategy "biggest": want auto, origin, popularity, popularity_pinned, size, stable, or a pipeline`,
			[]string{"--max-layers", "5", "--strategy", "biggest"}},
		{"pipeline with a size", "min_layer_size is 5, but the pipeline p.json says what shares a layer: set min_layer_size to 0, or give a layering strategy by name",
			[]string{"--max-layers", "5", "--pipeline", "p.json", "--min-layer-size", "5"}},
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
