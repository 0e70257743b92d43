package scripts

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/archive"
)

// realRoot writes a tar that has entries of these names, after what was there,
// and says how it was called.
type realRoot struct {
	text  string
	upper []string
	bases int
	names []string
	err   error
}

func (r *realRoot) run(_ context.Context, text string, base []archive.Layer, upper func(io.Writer) error, changes io.Writer) error {
	r.text, r.bases = text, len(base)
	read, write := io.Pipe()
	go func() { write.CloseWithError(upper(write)) }()
	out := tar.NewWriter(changes)
	in := tar.NewReader(read)
	for {
		hdr, err := in.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		r.upper = append(r.upper, strings.TrimPrefix(hdr.Name, "./"))
		if err := out.WriteHeader(hdr); err != nil {
			return err
		}
		if _, err := io.Copy(out, in); err != nil {
			return err
		}
	}
	for _, name := range r.names {
		hdr := tar.Header{Typeflag: tar.TypeReg, Name: name, Size: int64(len(name)), Mode: 0o600, Uid: 12, Gid: 13}
		if strings.HasSuffix(name, "/") {
			hdr.Typeflag, hdr.Size = tar.TypeDir, 0
		}
		if err := out.WriteHeader(&hdr); err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
		if _, err := io.WriteString(out, name[:hdr.Size]); err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
	}
	if r.err != nil {
		return r.err
	}
	return out.Close()
}

// TestRealRoot: the tree goes there and comes back changed.
func TestRealRoot(t *testing.T) {
	r := &realRoot{names: []string{"share/new", "dev/", "dev/x", "nix/", "nix/store/", "nix/store/x", "proc/", "sys/y", "home/alice/"}}
	got, output, err := result(t, Image{
		Tree: contents, Fakechroot: true, ExtraCommands: "echo one > share/f; chmod 600 share/f", FakeRootCommands: "apt-get install hello", RealRoot: r.run,
	})
	want := " 755 0:0\nbin 755 0:0\nbin/app 777 0:0 -> " + string(appPath) + "/bin/app\nhome 755 0:0\nhome/alice 600 12:13\nshare 755 0:0\nshare/f 600 0:0 \"one\\n\"\nshare/new 600 12:13 \"share/new\""
	if err != nil || got != want {
		t.Errorf("%v\n%s\ngot\n%s\nwant\n%s", err, output, got, want)
	}
	if r.text != "apt-get install hello" || r.bases != 0 || !slices.Equal(r.upper, []string{"", "bin/", "bin/app", "share/", "share/f"}) {
		t.Errorf("got %+v", r)
	}
}

// TestRealRootKeepsStoreParents: if there is something in them.
func TestRealRootKeepsStoreParents(t *testing.T) {
	for name, want := range map[string]string{"nix/var/": "\nnix 755 0:0\nnix/var 600 12:13", "nix/.wh.var": "\nnix 755 0:0", "nix/.wh..wh..opq": "\nnix 755 0:0", "nix/": ""} {
		r := &realRoot{names: []string{name}}
		got, output, err := result(t, Image{Fakechroot: true, FakeRootCommands: "x", RealRoot: r.run})
		if err != nil || got != " 755 0:0"+want {
			t.Errorf("%s: %v\n%s\ngot\n%s", name, err, output, got)
		}
	}
}

// TestRealRootIsNotNeeded: without enable_fakechroot or a script nothing runs
// for real.
func TestRealRootIsNotNeeded(t *testing.T) {
	r := &realRoot{err: errors.New("it ran")}
	for _, image := range []Image{{FakeRootCommands: "echo x > f"}, {Fakechroot: true}} {
		image.RealRoot = r.run
		if _, output, err := result(t, image); err != nil {
			t.Errorf("%v\n%s", err, output)
		}
	}
}

func TestRealRootErrors(t *testing.T) {
	failed := errors.New("fake_root_commands: exit status 7")
	long := strings.Repeat("x", 1<<20)
	for _, test := range []struct {
		name string
		root realRoot
		want string
	}{
		{"it fails", realRoot{err: failed}, "fake_root_commands: exit status 7"},
		{"its tar is wrong", realRoot{names: []string{"a", "a/b", long}}, `fake_root_commands: read the changes: entry "a/b": it is below /a, which is a regular file`},
		{"its tar is wrong and it fails", realRoot{names: []string{"a", "a/b"}, err: failed}, "fake_root_commands: "},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, _, err := result(t, Image{Fakechroot: true, FakeRootCommands: "x", RealRoot: test.root.run})
			if err == nil || !strings.HasPrefix(err.Error(), test.want) {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
}
