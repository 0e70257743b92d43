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
	for _, args := range [][]string{{program + ".stream", "-t", "a/b:v2"}, {program, "stream", "--repo-tag=a/b:v2"}, {program + ".stream", "-q", "--repo-tag", "a/b:v2"},
		{program + ".stream", "--repo_tag=a/b:v2"}, {program + ".stream", "--repo_tag", "a/b:v2"}} {
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

// TestModTime: the archive's members have the time of the image's files.
func TestModTime(t *testing.T) {
	for _, test := range []struct{ name, mtime string }{{"the default", "1"}, {"another", "2023-11-14T22:13:20Z"}, {"the run's", "now"}} {
		t.Run(test.name, func(t *testing.T) {
			program, _ := makeImage(t)
			file := program + ".image.json"
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(strings.Replace(string(data), `"mtime":"1"`, `"mtime":"`+test.mtime+`"`, 1)), 0o644); err != nil {
				t.Fatal(err)
			}
			before := time.Now().Unix()
			r := call(program + ".stream")
			if r.status != 0 {
				t.Fatal(r)
			}
			in := tar.NewReader(strings.NewReader(r.stdout))
			n := 0
			for ; ; n++ {
				h, err := in.Next()
				if err == io.EOF {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
				got := h.ModTime.Unix()
				want, isTime := map[string]int64{"1": 1, "2023-11-14T22:13:20Z": 1_700_000_000}[test.mtime]
				if isTime && got != want || !isTime && (got < before || got > time.Now().Unix()) {
					t.Errorf("%s: got %s", h.Name, h.ModTime)
				}
			}
			if n != 3 {
				t.Errorf("%d members", n)
			}
		})
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
	if r := call(program, "--help"); !strings.Contains(r.stdout, "reproducible") {
		t.Errorf("got %+v", r)
	}
}
