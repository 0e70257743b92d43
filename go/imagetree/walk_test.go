package imagetree_test

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/rules-strata/rules_strata/go/archive"
	"github.com/rules-strata/rules_strata/go/imagetree"
)

// layer is a layer of entries; files hold zeros.
func layer(t *testing.T, entries ...*tar.Header) archive.Layer {
	t.Helper()
	var data bytes.Buffer
	w := tar.NewWriter(&data)
	for _, hdr := range entries {
		hdr.Format = tar.FormatPAX
		if err := w.WriteHeader(hdr); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(make([]byte, hdr.Size)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return archive.Layer{
		DiffID: fmt.Sprintf("sha256:%x", sha256.Sum256(data.Bytes())), Size: int64(data.Len()), Describe: "part",
		Write: func(_ context.Context, w io.Writer) error {
			_, err := w.Write(data.Bytes())
			return err
		},
	}
}

// TestInode: everything that an entry says of a file is kept, and hard links
// share it.
func TestInode(t *testing.T) {
	layers := []archive.Layer{
		layer(t, &tar.Header{Name: "dir/a", Typeflag: tar.TypeReg, Mode: 0o6750, Uid: 1, Gid: 2, Size: 3, ModTime: time.Unix(4, 5),
			PAXRecords: map[string]string{"SCHILY.xattr.user.x": "\x00y"}}),
		layer(t, &tar.Header{Name: "null", Typeflag: tar.TypeChar, Devmajor: 1, Devminor: 3},
			&tar.Header{Name: "hard", Typeflag: tar.TypeLink, Linkname: "/dir/a"}),
	}
	root, err := imagetree.Flatten(context.Background(), layers)
	if err != nil {
		t.Fatal(err)
	}
	dir := root.Children["dir"]
	if dir.Type != imagetree.Directory || dir.Mode != 0o755 || !dir.ModTime.IsZero() || dir.Xattrs != nil {
		t.Errorf("dir: %+v", dir.Inode)
	}
	a := dir.Children["a"]
	if a.Type != imagetree.File || a.Mode != 0o6750 || a.UID != 1 || a.GID != 2 || a.Size != 3 || !a.ModTime.Equal(time.Unix(4, 5)) ||
		len(a.Xattrs) != 1 || a.Xattrs["user.x"] != "\x00y" || a.Layer != 0 || a.Entry != 0 {
		t.Errorf("a: %+v", a.Inode)
	}
	if hard := root.Children["hard"]; hard.Inode != a.Inode {
		t.Errorf("hard: %+v", hard.Inode)
	}
	if null := root.Children["null"]; null.Type != imagetree.Char || null.Major != 1 || null.Minor != 3 || null.Layer != 1 {
		t.Errorf("null: %+v", null.Inode)
	}
}

func TestWalk(t *testing.T) {
	good := layer(t, &tar.Header{Name: "a", Typeflag: tar.TypeReg}, &tar.Header{Name: "b", Typeflag: tar.TypeReg})
	changed, broken := good, good
	changed.DiffID = "sha256:" + strings.Repeat("0", 64)
	errRead := errors.New("disk on fire")
	broken.Write = func(context.Context, io.Writer) error { return errRead }
	text := bytes.Repeat([]byte("x"), 600)
	noTar := archive.Layer{
		DiffID: fmt.Sprintf("sha256:%x", sha256.Sum256(text)), Size: int64(len(text)),
		Write: func(_ context.Context, w io.Writer) error {
			_, err := w.Write(text)
			return err
		},
	}
	stop := errors.New("stop")
	for _, test := range []struct {
		name  string
		layer archive.Layer
		visit error
		want  int
		err   string
	}{
		{"to its end", good, nil, 2, ""},
		{"ended early", good, imagetree.ErrEnough, 1, ""},
		{"ended by an error", good, stop, 1, `layer 1 of 1 (part): entry "a": stop`},
		{"another layer than promised", changed, nil, 0, "layer 1 of 1 (part): its diff ID is sha256:"},
		{"a layer that cannot be made", broken, nil, 0, "layer 1 of 1 (part): disk on fire"},
		{"no tar", noTar, nil, 0, "layer 1 of 1: not an uncompressed tar, or a broken one"},
	} {
		visited := 0
		err := imagetree.Walk(context.Background(), []archive.Layer{test.layer}, 0, func(int, *tar.Header, io.Reader) error {
			visited++
			return test.visit
		})
		if visited != test.want || (err == nil) != (test.err == "") || err != nil && !strings.HasPrefix(err.Error(), test.err) {
			t.Errorf("%s: %d entries, %v, want %d, %s", test.name, visited, err, test.want, test.err)
		}
	}
}
