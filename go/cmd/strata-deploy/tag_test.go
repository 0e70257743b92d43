package main

import (
	"archive/tar"
	"io"
	"os"
	"strings"
	"testing"
	"time"
)

// members are the files of an archive besides the layers.
func members(t *testing.T, data string) map[string]string {
	t.Helper()
	files := map[string]string{}
	for in := tar.NewReader(strings.NewReader(data)); ; {
		h, err := in.Next()
		if err == io.EOF {
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		files[h.Name] = string(content)
	}
}

// TestRepoTag: another name is another name, and the same image.
func TestRepoTag(t *testing.T) {
	program, id := makeImage(t)
	for _, args := range [][]string{{program + ".stream", "-t", "a/b:v2"}, {program, "stream", "--repo-tag=a/b:v2"}, {program + ".stream", "-q", "--repo-tag", "a/b:v2"}} {
		r := call(args...)
		if r.status != 0 {
			t.Fatalf("%q: %+v", args, r)
		}
		files := members(t, r.stdout)
		if !strings.Contains(files["manifest.json"], `"RepoTags":["a/b:v2"]`) || files[strings.TrimPrefix(id, "sha256:")+".json"] == "" {
			t.Errorf("%q: got %s", args, files["manifest.json"])
		}
	}
	for _, args := range [][]string{{program, "stream", "-t", "UPPER/x"}, {program, "load", "-t", "UPPER/x"}, {program, "-t", "UPPER/x"}} {
		if r := call(args...); r.status != exitFailure || r.stdout != "" || !strings.Contains(r.stderr, `"UPPER/x" is not a name for an image: "UPPER" has capital letters`) {
			t.Errorf("%q: got %+v", args, r)
		}
	}
}

// TestCreatedNow: an image whose time is "now" has the time of the run.
func TestCreatedNow(t *testing.T) {
	program, id := makeImage(t)
	file := program + ".image.json"
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(strings.Replace(string(data), `"gid"`, `"created":"now","gid"`, 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	before := time.Now().UTC()
	r := call(program, "stream")
	if r.status != 0 {
		t.Fatal(r)
	}
	for name, content := range members(t, r.stdout) {
		if !strings.HasSuffix(name, ".json") || name == "manifest.json" {
			continue
		}
		_, rest, _ := strings.Cut(content, `"created":"`)
		text, _, _ := strings.Cut(rest, `"`)
		created, err := time.Parse(time.RFC3339Nano, text)
		if err != nil || created.Before(before) || created.After(time.Now()) || !strings.HasSuffix(text, "Z") || strings.HasPrefix(name, strings.TrimPrefix(id, "sha256:")) {
			t.Errorf("%s: got %s", name, content)
		}
	}
	if r := call(program, "--help"); !strings.Contains(r.stderr, "reproducible") {
		t.Errorf("got %+v", r)
	}
}
