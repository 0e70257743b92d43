package imagelayer_test

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rules-strata/rules_strata/go/archive"
	"github.com/rules-strata/rules_strata/go/basefiles"
	"github.com/rules-strata/rules_strata/go/imagetree"
)

// member is an entry of a layer's tar, and its content.
type member struct {
	tar.Header
	text string
}

func dir(name string, mode int64) member {
	return member{tar.Header{Name: name + "/", Typeflag: tar.TypeDir, Mode: mode}, ""}
}

func file(name, text string) member {
	return member{tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o644}, text}
}

func symlink(name, target string) member {
	return member{tar.Header{Name: name, Typeflag: tar.TypeSymlink, Mode: 0o777, Linkname: target}, ""}
}

func hardlink(name, target string) member {
	return member{tar.Header{Name: name, Typeflag: tar.TypeLink, Linkname: target}, ""}
}

// owned is a member that belongs to somebody.
func (m member) owned(uid, gid int) member {
	m.Uid, m.Gid = uid, gid
	return m
}

// layerOf is a layer with these entries.
func layerOf(t testing.TB, members ...member) archive.Layer {
	t.Helper()
	var data bytes.Buffer
	w := tar.NewWriter(&data)
	for _, m := range members {
		m.Header.Size, m.Header.Format = int64(len(m.text)), tar.FormatPAX
		if m.ModTime.IsZero() {
			m.ModTime = time.Unix(1000, 0)
		}
		if err := w.WriteHeader(&m.Header); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, m.text); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return layerFrom(data.Bytes())
}

func layerFrom(data []byte) archive.Layer {
	return archive.Layer{
		DiffID: fmt.Sprintf("sha256:%x", sha256.Sum256(data)), Size: int64(len(data)), Describe: "part",
		Write: func(_ context.Context, w io.Writer) error {
			_, err := w.Write(data)
			return err
		},
	}
}

// listing is the tree that layers give, one line a path, without the times.
func listing(t testing.TB, layers ...archive.Layer) string {
	t.Helper()
	root, err := imagetree.Flatten(context.Background(), layers)
	if err != nil {
		t.Fatal(err)
	}
	files := basefiles.New(context.Background(), layers, func(int64) error { return nil })
	defer files.Close()
	var lines []string
	var visit func(at string, n *imagetree.Node)
	visit = func(at string, n *imagetree.Node) {
		line := fmt.Sprintf("/%s %s %o %d:%d", strings.TrimPrefix(at, "/"), n.Type, n.Mode, n.UID, n.GID)
		switch n.Type {
		case imagetree.Symlink:
			line += " -> " + n.Target
		case imagetree.Char, imagetree.Block:
			line += fmt.Sprintf(" %d,%d", n.Major, n.Minor)
		case imagetree.File:
			line += fmt.Sprintf(" %q", contentOf(t, files, n.Inode))
		}
		for _, name := range slices.Sorted(maps.Keys(n.Xattrs)) {
			line += fmt.Sprintf(" %s=%q", name, n.Xattrs[name])
		}
		lines = append(lines, line)
		for name, child := range n.Sorted() {
			visit(at+"/"+name, child)
		}
	}
	visit("", root)
	return strings.Join(lines, "\n")
}

func contentOf(t testing.TB, files *basefiles.Files, file *imagetree.Inode) string {
	t.Helper()
	r, err := files.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// entries are the names in a layer's tar, and what is at them.
func entries(t testing.TB, data []byte) []string {
	t.Helper()
	var list []string
	for r := tar.NewReader(bytes.NewReader(data)); ; {
		hdr, err := r.Next()
		if err == io.EOF {
			return list
		}
		if err != nil {
			t.Fatal(err)
		}
		if hdr.Name != "./" {
			hdr.Name = strings.TrimPrefix(hdr.Name, "./")
		}
		list = append(list, hdr.Name)
	}
}
