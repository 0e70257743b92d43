package imagelayer_test

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/archive"
	"github.com/rules-strata/rules_strata/go/customisation"
	"github.com/rules-strata/rules_strata/go/imagelayer"
)

// TestRealRoot: another way of running the script gets the base and the copies,
// and what it gives is the layer that extra_commands go on with.
func TestRealRoot(t *testing.T) {
	base := debian(t)
	var got []string
	run := func(_ context.Context, text string, layers []archive.Layer, upper func(io.Writer) error, changes io.Writer) error {
		if text != "real" || len(layers) != len(base) {
			return errors.New("called with another script or base")
		}
		var data bytes.Buffer
		if err := upper(&data); err != nil {
			return err
		}
		got = entries(t, data.Bytes())
		for r, w := tar.NewReader(&data), tar.NewWriter(changes); ; {
			hdr, err := r.Next()
			if err == io.EOF {
				break
			}
			if err == nil {
				err = w.WriteHeader(hdr)
			}
			if err == nil {
				_, err = io.Copy(w, r)
			}
			if err != nil {
				return err
			}
		}
		return layerOf(t, dir("etc", 0o755), file("etc/.wh.apt", ""), file("etc/.wh.issue", ""), file("etc/new", "new\n").owned(33, 34), hardlink("etc/same", "etc/new"),
			dir("dev", 0o700), dir("nix", 0o755), dir("nix/store", 0o700)).Write(context.Background(), changes)
	}
	m := mustBuild(t, imagelayer.Image{Copy: app, Base: base, RunAsRoot: "real", RealRoot: run, ExtraCommands: "cat bin/app etc/new > text; test ! -e etc/passwd; mkdir etc/apt"})
	if want := strings.Fields("./ bin/ bin/app share/ share/data share/empty"); !slices.Equal(got, want) {
		t.Errorf("the script saw %s over the base, want %s", got, want)
	}
	want := strings.Fields("./ bin/ bin/app etc/ etc/.wh.issue etc/apt/ etc/apt/.wh..wh..opq etc/new etc/same share/ share/data share/empty text")
	if !slices.Equal(m.entries, want) {
		t.Errorf("the layer has %s, want %s", m.entries, want)
	}
	if want := []customisation.Copy{{Name: "./bin/app", Path: string(appPath) + "/bin/app"}, {Name: "./share/data", Path: string(appPath) + "/share/data"}}; !slices.Equal(m.Copies, want) {
		t.Errorf("the copies are %q, want %q", m.Copies, want)
	}
	tree := listing(t, append(base, m.layer)...)
	for _, line := range []string{`/etc/new file 644 33:34 "new\n"`, `/etc/same file 644 33:34 "new\n"`, `/text file 644 0:0 "#!/bin/sh\nnew\n"`, `/bin/app file 555 0:0 "#!/bin/sh\n"`} {
		if !strings.Contains(tree, "\n"+line) {
			t.Errorf("no %s in\n%s", line, tree)
		}
	}
}

// TestRealRootErrors: they name the attribute, and the limit counts there too.
func TestRealRootErrors(t *testing.T) {
	fail := func(context.Context, string, []archive.Layer, func(io.Writer) error, io.Writer) error {
		return errors.New("run_as_root: no user namespaces")
	}
	big := func(_ context.Context, _ string, _ []archive.Layer, _ func(io.Writer) error, changes io.Writer) error {
		return layerOf(t, file("big", strings.Repeat("x", 2<<20))).Write(context.Background(), changes)
	}
	for _, test := range []struct {
		name string
		run  func(context.Context, string, []archive.Layer, func(io.Writer) error, io.Writer) error
		want string
	}{
		{"it fails", fail, "run_as_root: no user namespaces"},
		{"too much", big, "disk_size = 1 (MiB) permits: set disk_size higher"},
	} {
		_, err := build(t, imagelayer.Image{RunAsRoot: "x", RealRoot: test.run, DiskSize: 1 << 20})
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v", test.name, err)
		}
	}
	if _, err := build(t, imagelayer.Image{RealRoot: fail}); err != nil {
		t.Errorf("without a script: %v", err)
	}
}
