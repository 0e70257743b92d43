package main

import (
	"archive/tar"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/command"
)

// names are the names in a tar, in their order.
func namesIn(t *testing.T, file string) []string {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var names []string
	for in := tar.NewReader(f); ; {
		hdr, err := in.Next()
		if err != nil {
			return names
		}
		names = append(names, hdr.Name)
	}
}

// TestExportStep: an image of ours and its archive are one file system, which
// has the names of the image's mtree.
func TestExportStep(t *testing.T) {
	c := generate(t)
	c.build(t, "2")
	description := c.describe(t, nil)
	archived, packed := c.dockerArchive(t), filepath.Join(t.TempDir(), "packed.tar.zst")
	c.step(t, "archive", "--image", description, "--compressor=zstd", "--out", packed)
	ours, out := filepath.Join(t.TempDir(), "ours.tar"), filepath.Join(t.TempDir(), "out.tar")
	if warnings := c.step(t, "export", "--image", description, "--out", ours); warnings != "" {
		t.Errorf("got %q", warnings)
	}
	for _, test := range []struct {
		args    []string
		warning string
	}{
		{[]string{"--image=" + description}, ""},
		{[]string{"--archive=" + archived}, ""},
		{[]string{"--archive", packed, "--name=", "--tag=", "--architecture=amd64"}, ""},
		{[]string{"--archive", archived, "--name=docker.io/library/hello", "--tag=" + strings.TrimSpace(readFile(t, c.path("tag")))}, ""},
		{[]string{"--archive", archived, "--name=bye"}, "strata export: warning: the base image's name bye is given without a tag: the first image is taken\n"},
	} {
		if got := c.step(t, append([]string{"export", "--out", out}, test.args...)...); got != test.warning {
			t.Errorf("%s: warnings %q, want %q", test.args, got, test.warning)
		}
		if readFile(t, out) != readFile(t, ours) {
			t.Errorf("%s: another file system", test.args)
		}
	}
	c.step(t, "mtree", "--image", description, "--out", c.path("mtree"))
	var want []string
	for line := range strings.Lines(readFile(t, c.path("mtree"))) {
		if name, keywords, _ := strings.Cut(line, " "); strings.HasPrefix(keywords, "type=dir") {
			want = append(want, name+"/")
		} else if keywords != "" {
			want = append(want, name)
		}
	}
	if got := namesIn(t, ours); strings.Join(got, "\n") != strings.Join(want, "\n") || got[0] != "./" {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestExportStepErrors(t *testing.T) {
	c := generate(t)
	c.build(t, "99")
	archived := c.dockerArchive(t)
	cut := writeFile(t, "cut.tar", readFile(t, archived)[:30_000])
	flipped := writeFile(t, "flipped.tar", strings.Replace(readFile(t, archived), "datadata", "datbdata", 1))
	changed := generate(t)
	changed.build(t, "99")
	changed.nars[appPath] = treeNAR(t, "bin/", "bin/app=new")
	for _, test := range []struct {
		args []string
		want string
	}{
		{nil, "give --image or --archive"},
		{[]string{"--image=a", "--archive=b"}, "give --image or --archive"},
		{[]string{"--image=/nonexistent.records"}, "open /nonexistent.records: no such file"},
		{[]string{"--archive=/nonexistent.tar"}, "base image /nonexistent.tar: no such file"},
		{[]string{"--archive", cut}, "base image " + cut + ": truncated, after"},
		{[]string{"--archive", archived, "--name=bye", "--tag=1"}, "base image " + archived + ": it has no image bye:1: there are hello:"},
		{[]string{"--archive", flipped}, "(" + flipped + "): base image " + flipped + ": layer 2 of 4 ("},
		{[]string{"--image", changed.describe(t, nil)}, changed.path("image.records") + ": layer 2 of 4 (app): "},
	} {
		out := filepath.Join(t.TempDir(), "out.tar")
		status, text := strata(append([]string{"export", "--out", out}, test.args...)...)
		if status != command.ExitBadInput || !strings.HasPrefix(text, "strata export: ") || !strings.Contains(text, test.want) {
			t.Errorf("%s: status %d: %s want %s", test.args, status, text, test.want)
		}
		if files, _ := os.ReadDir(filepath.Dir(out)); len(files) > 0 {
			t.Errorf("%s: there is %s", test.args, files[0].Name())
		}
	}
}
