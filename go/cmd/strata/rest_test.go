package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/command"
)

func TestRestCommand(t *testing.T) {
	app, lib := smallNAR(t, "app.nar", "app"), smallNAR(t, "lib.nar", "lib")
	tree := filepath.Dir(writeFile(t, "source", "other"))
	objects := writeFile(t, "objects", strings.Join([]string{
		"object\x00" + appPath, "nar\x00" + app,
		"object\x00" + otherPath, "input\x00" + tree, "file\x000444\x00f\x00" + tree + "/source",
		"object\x00" + libPath, "nar\x00" + lib,
	}, "\n")+"\n")
	for _, test := range []struct {
		name, plan string
		unused     []string
		// layers are how the tars of rest.json are made by "layer".
		layers [][]string
	}{
		{name: "nothing", plan: `[]`, unused: []string{app, tree, lib}},
		{name: "nothing shared", plan: `[["` + libPath + `"],["` + appPath + `"]]`, unused: []string{app, tree, lib}},
		{name: "two NARs", plan: `[["` + otherPath + `"],["` + libPath + `","` + appPath + `"]]`, unused: []string{tree},
			layers: [][]string{{"--object=" + libPath + "=" + lib, "--object=" + appPath + "=" + app}}},
		{name: "all", plan: `[["` + libPath + `","` + otherPath + `","` + appPath + `"]]`,
			layers: [][]string{{"--object=" + libPath + "=" + lib, "--object=" + otherPath + "=@" + writeFile(t, "manifest", "file\x000444\x00f\x00"+tree+"/source\n"), "--object=" + appPath + "=" + app}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			folder := t.TempDir()
			out, unused, metadata := filepath.Join(folder, "rest.json"), filepath.Join(folder, "unused"), filepath.Join(folder, "layer.json")
			plan := writeFile(t, "plan.json", `{"layers":`+test.plan+`,"strategy":"popularity","version":1}`)
			options := []string{"--mtime=5", "--uid=1", "--gid=2", "--uname=u", "--gname=g"}
			if status, text := strata(append([]string{"rest", "--plan", plan, "--objects", objects, "--unused-inputs", unused, "--out", out}, options...)...); status != 0 || text != "" {
				t.Fatalf("status %d: %s", status, text)
			}
			if got, want := readFile(t, unused), lines(test.unused); got != want {
				t.Errorf("unused inputs: got %q, want %q", got, want)
			}
			var described []string
			for _, objects := range test.layers {
				if status, text := strata(append(append([]string{"layer", "--metadata", metadata}, objects...), options...)...); status != 0 {
					t.Fatal(text)
				}
				described = append(described, strings.TrimSpace(readFile(t, metadata)))
			}
			if got, want := readFile(t, out), `{"layers":[`+strings.Join(described, ",")+`],"version":1}`+"\n"; got != want {
				t.Errorf("rest.json: got\n%swant\n%s", got, want)
			}
		})
	}
}

func TestRestCommandErrors(t *testing.T) {
	nar := smallNAR(t, "x.nar", "x")
	plan := writeFile(t, "plan.json", `{"layers":[["`+appPath+`","`+libPath+`"]],"strategy":"popularity","version":1}`)
	good := "object\x00" + appPath + "\nnar\x00" + nar + "\n"
	for _, test := range []struct {
		name, plan, objects string
		want                []string
	}{
		{"no plan", "missing", good, []string{"missing", "no such file"}},
		{"not a plan", nar, good, []string{"x.nar: not a JSON object"}},
		{"bad record", plan, good + "object\x00x\n", []string{"/objects: line 3: ", `"x" is not a store path`}},
		{"object that is not there", plan, good, []string{"no object " + libPath + ": the plan was made for other objects"}},
		{"NAR that is gone", plan, good + "object\x00" + libPath + "\nnar\x00" + nar + "x\n", []string{libPath + " from " + nar + "x", "no such file"}},
		{"not a NAR", plan, good + "object\x00" + libPath + "\nnar\x00" + plan + "\n", []string{libPath + " from " + plan, "not a NAR"}},
		{"another store directory", plan, strings.ReplaceAll(good, "/nix/store", "/opt/store"), []string{"no object " + appPath}},
	} {
		t.Run(test.name, func(t *testing.T) {
			folder := t.TempDir()
			status, text := strata("rest", "--plan", test.plan, "--objects", writeFile(t, "objects", test.objects),
				"--unused-inputs", filepath.Join(folder, "unused"), "--out", filepath.Join(folder, "rest.json"))
			if status != command.ExitBadInput || !strings.HasPrefix(text, "strata rest: ") {
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
