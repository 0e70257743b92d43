package scriptfs

import (
	"errors"
	"io"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rules-strata/rules_strata/go/imagetree"
)

// baseDir is a directory of a base.
func baseDir(children map[string]*imagetree.Node) *imagetree.Node {
	return &imagetree.Node{Inode: &imagetree.Inode{Type: imagetree.Directory, Mode: 0o755, ModTime: time.Unix(9, 0)}, Children: children}
}

func baseRegular(text string) *imagetree.Node {
	return &imagetree.Node{Inode: &imagetree.Inode{Type: imagetree.File, Mode: 0o644, Size: int64(len(text)), Target: text, ModTime: time.Unix(9, 0)}}
}

// layOver lays a new file system over a base whose files have their text as
// their Target, and counts the contents that are opened.
func layOver(t *testing.T, root *imagetree.Node) (f *FS, opened *int) {
	t.Helper()
	f, opened = New(clock), new(int)
	t.Cleanup(func() { must(t, f.Close()) })
	f.LayOver(Base{Root: root, Open: func(file *imagetree.Inode) (io.ReadCloser, error) {
		*opened++
		if file.Target == "broken" {
			return nil, errors.New("layer 1 of 1: disk on fire")
		}
		return io.NopCloser(strings.NewReader(file.Target)), nil
	}})
	return f, opened
}

// TestBaseLazy: contents are opened when they are read, and never before.
func TestBaseLazy(t *testing.T) {
	f, opened := layOver(t, baseDir(map[string]*imagetree.Node{
		"dir": baseDir(map[string]*imagetree.Node{"file": baseRegular("0123456789"), "broken": baseRegular("broken"), "empty": baseRegular("")}),
	}))
	if f.root.children["dir"].children["file"] != nil {
		t.Error("the files of a directory at which nobody looked are there")
	}
	must(t, f.Chmod("/dir/file", 0o600))
	must(t, f.Rename("/dir/file", "/file"))
	must(t, f.Clone("/file", "/copy", 0o644))
	must(t, f.Truncate("/copy", 4))
	write(t, f, "/new", contentOf(t, f, "/dir/empty"))
	if *opened != 0 {
		t.Errorf("%d contents were opened", *opened)
	}
	if got := contentOf(t, f, "/copy") + contentOf(t, f, "/file"); got != "01230123456789" || *opened != 2 {
		t.Errorf("%q, %d opened", got, *opened)
	}
	h, err := f.Open("/dir/broken")
	must(t, err)
	_, err = io.ReadAll(h)
	wantErrno(t, err, syscall.EIO)
	if err := f.Err(); err == nil || err.Error() != "layer 1 of 1: disk on fire" {
		t.Errorf("%v", err)
	}
}

// TestMountOver: what the base has there can be read, and nothing of it
// changes.
func TestMountOver(t *testing.T) {
	f, _ := layOver(t, baseDir(map[string]*imagetree.Node{"nix": baseDir(map[string]*imagetree.Node{"store": baseDir(map[string]*imagetree.Node{
		"old": baseDir(map[string]*imagetree.Node{"file": baseRegular("text")}), "link": {Inode: &imagetree.Inode{Type: imagetree.Symlink, Target: "old/file"}},
		libPath.Base(): baseDir(nil),
	})})}))
	must(t, f.MountOver("/nix/store", 0o755))
	o := lib(t)
	must(t, f.MountLazily(libPath, openObject(o)))
	if got := contentOf(t, f, "/nix/store/link") + contentOf(t, f, string(libPath)+"/run"); got != "textcontent of a file" {
		t.Errorf("%q", got)
	}
	for what, err := range map[string]error{
		"chmod": f.Chmod("/nix/store/old/file", 0), "remove": f.Remove("/nix/store/old/file"), "remove all": f.RemoveAll("/nix/store/old"),
		"mkdir": f.Mkdir("/nix/store/old/x", 0o755), "link": f.Link("/nix/store/old/file", "/x"), "remove link": f.Remove("/nix/store/link"),
		"rename": f.Rename("/nix/store/old", "/x"),
	} {
		if !errors.Is(err, syscall.EROFS) && !errors.Is(err, syscall.EBUSY) && !errors.Is(err, syscall.EXDEV) {
			t.Errorf("%s: %v", what, err)
		}
	}
	must(t, f.Mkdir("/nix/store/new", 0o755))
	f.Difference()
	list, err := f.ReadDir("/")
	must(t, err)
	if len(list) > 0 {
		t.Errorf("the difference has %v", list)
	}
	if names, directories, err := f.Hidden("/"); err != nil || len(names)+len(directories) > 0 {
		t.Errorf("%v %v %v", names, directories, err)
	}
}

// TestDifferenceWithoutBase changes nothing.
func TestDifferenceWithoutBase(t *testing.T) {
	f := New(clock)
	write(t, f, "/file", "text")
	f.Difference()
	if got := contentOf(t, f, "/file"); got != "text" {
		t.Errorf("%q", got)
	}
}
