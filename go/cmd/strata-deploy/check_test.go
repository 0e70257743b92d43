package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCheck(t *testing.T) {
	program, _ := makeImage(t)
	for _, test := range []struct {
		name, expectations string
		status             int
		stdout, stderr     string
	}{
		{"as expected", `{"config": {"Cmd": ["/greeting"]}, "paths": {"/greeting": {"target": "/nowhere"}}, "absent": ["/etc"]}`,
			0, "hello:v1 is as expected: 3 fields of its config and paths\n", ""},
		{"not as expected", `{"config": {"Cmd": ["/bin/sh"], "os": "linux"}, "paths": {"/bin": {}}, "absent": ["/greeting"]}`, exitFailure, "",
			"FAIL config: Cmd is [\"/greeting\"], want [\"/bin/sh\"]\n" +
				"FAIL /bin: nothing is there: bin is not in /, where are greeting\n" +
				"FAIL /greeting: there is a symlink to /nowhere, want nothing\n" +
				"hello: hello:v1 is not as expected: see the 3 lines above\n"},
		{"one thing not as expected", `{"absent": ["/greeting"]}`, exitFailure, "",
			"hello: hello:v1 is not as expected: see the line above\n"},
		{"no expectations", `{}`, exitFailure, "", "nothing is expected: give config, paths or absent"},
		{"not JSON", `x`, exitFailure, "", ".json: not expectations of an image"},
	} {
		t.Run(test.name, func(t *testing.T) {
			beside := program + ".check.json"
			elsewhere := filepath.Join(t.TempDir(), "x.json")
			for _, name := range []string{beside, elsewhere} {
				if err := os.WriteFile(name, []byte(test.expectations), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			for _, args := range [][]string{{program}, {program, "check"}, {program, "check", "--expectations", elsewhere}, {program, "--expectations", elsewhere}} {
				r := call(args...)
				if r.status != test.status || r.stdout != test.stdout || !strings.Contains(r.stderr, test.stderr) {
					t.Errorf("%q: got %+v, want %+v", args[1:], r, test)
				}
			}
		})
	}
	if err := os.Remove(program + ".check.json"); err != nil {
		t.Fatal(err)
	}
	if r := call(program, "check"); r.status != exitFailure || !strings.Contains(r.stderr, "nothing says what is expected of it: give --expectations FILE") {
		t.Errorf("without expectations: %+v", r)
	}
}
