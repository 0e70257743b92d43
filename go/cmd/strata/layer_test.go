package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/nar"
)

const onePath = "/nix/store/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-one"

// smallNAR is a NAR of a directory with one file, f, of the given content.
func smallNAR(t *testing.T, name, content string) string {
	t.Helper()
	var buf bytes.Buffer
	w := nar.NewWriter(&buf)
	for _, e := range []nar.Entry{{Type: nar.Directory}, {Path: "f", Type: nar.Regular, Size: int64(len(content))}} {
		if err := w.WriteHeader(e); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Write([]byte(content)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return writeFile(t, name, buf.String())
}

// strata runs the program and gives its status and its errors.
func strata(args ...string) (int, string) {
	var stdout, stderr bytes.Buffer
	status := program.Run(args, &stdout, &stderr)
	return status, stdout.String() + stderr.String()
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// layerJSON is what is known of the layer of smallNAR with "hello\n".
const layerJSON = `{"diff_id":"sha256:e83efd634fbcff7d25d32f3c8514377e8d437c7ec4b13d9b7cfffc79a49a858e",` +
	`"entries":4,"size":10240,"store_paths":["` + onePath + `"],"version":1}` + "\n"

func TestLayerCommand(t *testing.T) {
	file := smallNAR(t, "x.nar", "hello\n")
	manifest := writeFile(t, "manifest", "file\x000444\x00f\x00"+writeFile(t, "source, with = and spaces", "hello\n")+"\n")
	for _, test := range []struct {
		name string
		args []string
	}{
		{"NAR", []string{"--object", onePath + "=" + file}},
		{"manifest", []string{"--object", onePath + "=@" + manifest}},
		{"records", []string{"--object", onePath + "=@", "file\x000444\x00f\x00" + writeFile(t, "source", "hello\n")}},
		{"with ISO time", []string{"--object=" + onePath + "=" + file, "--mtime", "1970-01-01T01:00:01+01:00"}},
		{"checking references", []string{"--object", onePath + "=" + file, "--check-references", "--reference", appPath, "--reference=" + libPath}},
	} {
		t.Run(test.name, func(t *testing.T) {
			folder := t.TempDir()
			metadata, tar, listing := filepath.Join(folder, "layer.json"), filepath.Join(folder, "layer.tar"), filepath.Join(folder, "listing")
			args := append([]string{"layer", "--metadata", metadata, "--tar", tar, "--listing", listing}, test.args...)
			if status, text := strata(args...); status != 0 || text != "" {
				t.Fatalf("status %d: %s", status, text)
			}
			if got := readFile(t, metadata); got != layerJSON {
				t.Errorf("layer.json: got %s", got)
			}
			if got := fmt.Sprintf("%x", sha256.Sum256([]byte(readFile(t, tar)))); !strings.Contains(layerJSON, got) {
				t.Errorf("tar: got sha256 %s", got)
			}
			if got := readFile(t, listing); got != "#mtree\n. type=dir\n./f type=file mode=0444\n" {
				t.Errorf("listing: got %s", got)
			}
		})
	}
}

// TestLayerCommandOptions compares with a known answer with other options.
func TestLayerCommandOptions(t *testing.T) {
	two := "/nix/store/bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb-two"
	a, b := smallNAR(t, "a.nar", "a"), smallNAR(t, "b.nar", "b")
	metadata := filepath.Join(t.TempDir(), "layer.json")
	status, text := strata("layer", "--metadata", metadata, "--mtime", "1700000000", "--uid", "1000", "--gid", "1000",
		"--uname", "user", "--gname", "user", "--object", two+"="+b, "--object", onePath+"="+a)
	if status != 0 {
		t.Fatal(text)
	}
	if got := readFile(t, metadata); !strings.Contains(got, "2f1dbafdfef5834c379a9bca3f6faa1bd92ad62f00fac04e04bd2d106c47a332") {
		t.Errorf("got %s", got)
	}
}

func TestLayerCommandErrors(t *testing.T) {
	file := smallNAR(t, "x.nar", "see "+appPath+"/bin/app")
	object := "--object=" + onePath + "=" + file
	for _, test := range []struct {
		name   string
		status int
		args   []string
		want   []string
	}{
		{"no object", 1, nil, []string{"no object", "--object STORE_PATH=SOURCE"}},
		{"object without a file", 2, []string{"--object", onePath}, []string{`"` + onePath + `" is not STORE_PATH=FILE`}},
		{"object with an empty file", 2, []string{"--object", onePath + "="}, []string{"is not STORE_PATH=FILE"}},
		{"not a store path", 2, []string{"--object=/nix/store/x=" + file}, []string{`"/nix/store/x" is not a store path`}},
		{"missing file", 1, []string{object + "x"}, []string{onePath, file + "x", "no such file"}},
		{"not a NAR", 1, []string{"--object", onePath + "=" + writeFile(t, "x.nar", "hello")}, []string{onePath, "not a NAR"}},
		{"undeclared reference", 1, []string{object, "--check-references", "--reference", libPath},
			[]string{onePath, `"f"`, appPath, "add it to deps, or set allow_undeclared_references = True"}},
		{"undeclared reference without deps", 1, []string{object, "--without-deps", "--check-references", "--reference", libPath},
			[]string{onePath, `"f"`, appPath, "among its references: an ordinary target declares none: wrap it in store_object(..., deps = [...])"}},
		{"undeclared reference, none declared", 1, []string{object, "--check-references"}, []string{onePath, `"f"`, appPath, "add it to deps"}},
		{"bad reference", 1, []string{object, "--reference", "x"}, []string{"--reference: ", "not a store path"}},
		{"record without its object", 1, []string{object, "file\x000444\x00f\x00x"}, []string{"there are records, but no object without a source: give --object STORE_PATH=@"}},
		{"records of two objects", 1, []string{"--object", onePath + "=@", "--object", appPath + "=@", "x"}, []string{"the records are of one object"}},
		{"object without records", 1, []string{"--object", onePath + "=@"}, []string{onePath + ": ", "has no entry"}},
		{"bad record", 1, []string{"--object", onePath + "=@", "directory\x000555\x00a\x00", "x"}, []string{onePath + `: record 2: "x" has 1 fields`}},
		{"record of a missing file", 1, []string{"--object", onePath + "=@", "file\x000444\x00f\x00/nowhere"}, []string{onePath + `: the source of "f": stat /nowhere`}},
		{"listing of two", 1, []string{object, "--object", appPath + "=" + file, "--listing", file + ".listing"}, []string{"--listing is for one object, but there are 2"}},
		{"store directory", 1, []string{object, "--store-dir", "/opt/store"}, []string{onePath, "/opt/store"}},
		{"output folder", 1, []string{object, "--tar", filepath.Join(file, "x", "y")}, []string{"x/y"}},
		{"mtime that is none", 2, []string{object, "--mtime", "2024-01-01T00:00:0"}, []string{"strata layer: mtime: ", `"2024-01-01T00:00:0"`, "ISO 8601"}},
		{"mtime of a year", 2, []string{object, "--mtime", "2024"}, []string{"strata layer: mtime: ", "write 2024-01-01"}},
		{"mtime too big", 2, []string{object, "--mtime", "9223372036854775808"}, []string{"9223372036854775808", "at most 9223372036854775807"}},
		{"uid too big", 2, []string{object, "--uid", "9223372036854775808"}, []string{"--uid", `"9223372036854775808" is not a number from 0 to 4294967294`}},
		{"uid over 32 bits", 2, []string{object, "--uid", "4294967295"}, []string{"--uid", "4294967294"}},
		{"gid negative", 2, []string{object, "--gid=-1"}, []string{"--gid", `"-1" is not a number`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			folder := t.TempDir()
			args := append([]string{"layer", "--metadata", filepath.Join(folder, "layer.json")}, test.args...)
			status, text := strata(args...)
			if status != test.status {
				t.Errorf("status %d, want %d", status, test.status)
			}
			for _, want := range test.want {
				if !strings.Contains(text, want) {
					t.Errorf("got %q, want %q in it", text, want)
				}
			}
			if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
				t.Errorf("left behind: %v %v", left, err)
			}
		})
	}
}
