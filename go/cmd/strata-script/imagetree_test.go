package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/command"
)

// runImageTree runs the step with outputs in a folder and gives what it wrote
// to the standard error.
func runImageTree(folder string, args ...string) (int, string) {
	var stdout, stderr bytes.Buffer
	status := program.Run(append([]string{"image-tree", "--tar", filepath.Join(folder, "x.tar"), "--references-out", filepath.Join(folder, "references.json"),
		"--copies-out", filepath.Join(folder, "copies.json")}, args...), &stdout, &stderr)
	return status, stdout.String() + stderr.String()
}

func TestImageTree(t *testing.T) {
	data := writeFile(t, "data", "some data\n")
	objects := writeFile(t, "objects", "object\x00"+appPath+"\nfile\x000444\x00data\x00"+data+"\nobject\x00"+libPath+"\nfile\x000555\x00data\x00"+data+"\n")
	for _, test := range []struct {
		name                        string
		args                        []string
		entries, references, copies string
	}{
		{name: "nothing", entries: "./", references: `[]`, copies: `{}`},
		{
			name: "the last wins", args: []string{"--objects", objects, "--copy", appPath, "--label=//:app", "--copy", libPath, "--label=//:lib"},
			entries: "./ ./data", references: `[]`, copies: `{"` + libPath + `/data":"./data"}`,
		},
		{
			name:    "both scripts",
			args:    []string{"--objects", objects, "--copy", appPath, "--run-as-root", writeFile(t, "r", "mv /data /root-data\n"), "--extra-commands", writeFile(t, "e", "echo "+libPath+" > f\n")},
			entries: "./ ./f ./root-data", references: `["` + libPath + `"]`, copies: `{"` + appPath + `/data":"./root-data"}`,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			folder := t.TempDir()
			if status, text := runImageTree(folder, test.args...); status != 0 || text != "" {
				t.Fatalf("status %d: %s", status, text)
			}
			if got := tarNames(t, filepath.Join(folder, "x.tar")); got != test.entries {
				t.Errorf("entries: got %q, want %q", got, test.entries)
			}
			for file, want := range map[string]string{
				"references.json": `{"store_paths":` + test.references + `,"version":1}` + "\n",
				"copies.json":     `{"copies":` + test.copies + `,"version":1}` + "\n",
			} {
				if got, err := os.ReadFile(filepath.Join(folder, file)); err != nil || string(got) != want {
					t.Errorf("%s: %v: got %s, want %s", file, err, got, want)
				}
			}
		})
	}
}

func TestImageTreeErrors(t *testing.T) {
	for _, test := range []struct {
		name   string
		args   []string
		status int
		want   string
	}{
		{"a script fails", []string{"--run-as-root", writeFile(t, "r", "\nfalse\n")}, command.ExitBadInput, "strata-script image-tree: run_as_root: line 2: false failed with exit status 1"},
		{"no object", []string{"--copy", appPath}, command.ExitBadInput, appPath},
		{"another store", []string{"--copy", "/gnu/store/x"}, command.ExitBadInput, "--copy: "},
		{"labels", []string{"--label", "x"}, command.ExitBadInput, "1 --label for 0 --copy"},
		{"no space", []string{"--disk-size=0"}, command.ExitBadInput, "want numbers of megabytes from 1 on"},
		{"a base without its description", []string{"--base-archive", "/nowhere"}, command.ExitBadInput, "--base-info"},
		{"no base", []string{"--base-image", "/nowhere"}, command.ExitBadInput, "/nowhere"},
	} {
		t.Run(test.name, func(t *testing.T) {
			folder := t.TempDir()
			status, text := runImageTree(folder, test.args...)
			if status != test.status || !strings.Contains(text, test.want) {
				t.Errorf("status %d: %s, want %d: %s", status, text, test.status, test.want)
			}
			if _, err := os.Stat(filepath.Join(folder, "x.tar")); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("there is an output: %v", err)
			}
		})
	}
}

// TestUnusedInputs: what a tool is made of is needed, though an object that
// nobody looked at has it, too.
func TestUnusedInputs(t *testing.T) {
	tool, other := trueTool(t), writeFile(t, "other", "")
	objects := writeFile(t, "objects", "object\x00"+appPath+"\ninput\x00"+tool+"\nfile\x000555\x00tool\x00"+tool+"\ninput\x00"+other+"\nfile\x000444\x00other\x00"+other+"\n")
	folder := t.TempDir()
	unused := filepath.Join(folder, "unused")
	status, text := runImageTree(folder, "--objects", objects, "--tool=gen="+tool, "--extra-commands", writeFile(t, "e", "gen\n"), "--unused-inputs", unused)
	if status != 0 {
		t.Fatal(text)
	}
	if got, err := os.ReadFile(unused); err != nil || string(got) != other+"\n" {
		t.Errorf("%v: got %q, want %q", err, got, other+"\n")
	}
}
