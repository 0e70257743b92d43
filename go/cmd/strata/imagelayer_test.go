package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/layer"
)

func TestImageLayerCommand(t *testing.T) {
	app, lib := smallNAR(t, "app.nar", "app"), smallNAR(t, "lib.nar", "lib")
	objects := writeFile(t, "objects", strings.Join([]string{
		"object\x00" + appPath, "nar\x00" + app, "object\x00" + libPath, "nar\x00" + lib,
	}, "\n")+"\n")
	tree := filepath.Join(t.TempDir(), "tree.tar")
	if status, text := strata("customisation", "--tar", tree, "--metadata", os.DevNull, "--references-out", os.DevNull); status != 0 {
		t.Fatal(text)
	}
	for _, test := range []struct {
		name, plan, unused string
		paths              int
	}{
		{"nothing", `[]`, app + "\n" + lib + "\n", 0},
		{"one", `[["` + libPath + `"]]`, app + "\n", 1},
		{"both, in two layers", `[["` + libPath + `"],["` + appPath + `"]]`, "", 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			folder := t.TempDir()
			out, metadata, unused := filepath.Join(folder, "x.tar"), filepath.Join(folder, "x.json"), filepath.Join(folder, "unused")
			status, text := strata("image-layer", "--tree", tree, "--plan", writeFile(t, "plan.json", `{"layers":`+test.plan+`,"strategy":"pipeline","version":1}`),
				"--copies", writeFile(t, "copies.json", `{"copies":{},"version":1}`), "--objects", objects, "--tar", out, "--metadata", metadata, "--unused-inputs", unused)
			if status != 0 || text != "" {
				t.Fatalf("status %d: %s", status, text)
			}
			if got := readFile(t, unused); got != test.unused {
				t.Errorf("unused inputs: got %q, want %q", got, test.unused)
			}
			m, err := layer.ReadMetadata(metadata)
			if info, statErr := os.Stat(out); err != nil || statErr != nil || m.Size != info.Size() || len(m.StorePaths) != test.paths {
				t.Errorf("%+v: %v %v", m, err, statErr)
			}
		})
	}
}

func TestImageLayerCommandErrors(t *testing.T) {
	plan := writeFile(t, "plan.json", `{"layers":[["`+appPath+`"]],"strategy":"pipeline","version":1}`)
	none := writeFile(t, "objects", "")
	for _, test := range []struct {
		name, want string
		args       []string
	}{
		{"an object that is not there", appPath, []string{"--tree", none, "--plan", plan, "--objects", none}},
		{"no plan", "/nowhere", []string{"--tree", none, "--plan", "/nowhere", "--objects", none}},
		{"no objects", "/nowhere", []string{"--tree", none, "--plan", plan, "--objects", "/nowhere"}},
		{"no copies", "/nowhere", []string{"--tree", none, "--plan", plan, "--objects", none, "--copies", "/nowhere"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "x.tar")
			status, text := strata(append([]string{"image-layer", "--tar", out, "--metadata", out + ".json"}, test.args...)...)
			if status != 1 || !strings.Contains(text, test.want) {
				t.Errorf("status %d: %s, want %s", status, text, test.want)
			}
			if _, err := os.Stat(out); err == nil {
				t.Error("there is an output")
			}
		})
	}
}
