package rootfs

import (
	"archive/tar"
	"context"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"testing"
)

// kept writes down what an Unpacker gives to Attributes.
type kept struct{ lines []string }

func (k *kept) Keep(info fs.FileInfo, hdr *tar.Header) error {
	k.lines = append(k.lines, fmt.Sprintf("%s %d:%d %s", hdr.Name, hdr.Uid, hdr.Gid, hdr.PAXRecords["SCHILY.xattr.user.a"]))
	if isDir := hdr.Typeflag == tar.TypeDir; info.IsDir() != isDir {
		return fmt.Errorf("%s: what is on disk is something else", hdr.Name)
	}
	return nil
}

func (k *kept) MakeNode(dir *os.File, name string, hdr *tar.Header) error {
	k.lines = append(k.lines, fmt.Sprintf("%s %c %d,%d", hdr.Name, hdr.Typeflag, hdr.Devmajor, hdr.Devminor))
	return os.WriteFile(dir.Name()+"/"+name, nil, 0o600)
}

func TestUnpackerAttributes(t *testing.T) {
	k := &kept{}
	root := t.TempDir()
	u, err := NewUnpacker(root, UnpackOptions{Attributes: k, Warn: func(message string) { t.Error(message) }})
	if err != nil {
		t.Fatal(err)
	}
	defer u.Close()
	owned := func(e entry, uid, gid int) entry {
		return e.with(func(h *tar.Header) { h.Uid, h.Gid = uid, gid })
	}
	layers := [][]entry{
		{
			owned(dir("d/", 0o755), 1, 2), owned(file("d/f", "text"), 3, 4).with(func(h *tar.Header) { h.Mode = 0o4755 }),
			owned(link("l", "d/f"), 5, 6), file("x", "").with(func(h *tar.Header) { h.PAXRecords = map[string]string{"SCHILY.xattr.user.a": "A"} }),
		},
		{
			owned(dir("d/", 0o755), 7, 8).with(func(h *tar.Header) { h.Mode = 0o700 }), file("d/.wh.f", ""),
			other(tar.TypeChar, "x").with(func(h *tar.Header) { h.Devmajor, h.Devminor = 1, 3 }),
		},
	}
	for i, entries := range layers {
		if err := u.Apply(context.Background(), layerOf(tarOf(t, entries...))); err != nil {
			t.Fatal(err)
		}
		if err := u.Finish(); err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			if info, err := os.Stat(root + "/d/f"); err != nil || info.Mode() != 0o755|fs.ModeSetuid {
				t.Errorf("got %v, %v", info.Mode(), err)
			}
		}
	}
	want := []string{"d/ 1:2 ", "d/f 3:4 ", "l 5:6 ", "x 0:0 A", "d/ 7:8 ", "x 3 1,3"}
	if !slices.Equal(k.lines, want) {
		t.Errorf("got %q, want %q", k.lines, want)
	}
	if info, err := os.Stat(root + "/d"); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("got %v, %v", info.Mode(), err)
	}
	if _, err := os.Stat(root + "/d/f"); !os.IsNotExist(err) {
		t.Errorf("the deleted file: %v", err)
	}
}
