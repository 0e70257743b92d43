package imagelayer_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/rules-strata/rules_strata/go/archive"
	"github.com/rules-strata/rules_strata/go/basefiles"
	"github.com/rules-strata/rules_strata/go/customisation/scripts"
	"github.com/rules-strata/rules_strata/go/imagetree"
	"github.com/rules-strata/rules_strata/go/scriptfs"
)

// onDisk writes the tree of layers into a directory.
func onDisk(t *testing.T, at string, layers ...archive.Layer) {
	t.Helper()
	root, err := imagetree.Flatten(context.Background(), layers)
	must(t, err)
	files := basefiles.New(context.Background(), layers, func(int64) error { return nil })
	defer files.Close()
	var write func(at string, n *imagetree.Node)
	write = func(at string, n *imagetree.Node) {
		switch n.Type {
		case imagetree.Directory:
			must(t, os.MkdirAll(at, 0o700))
			for name, child := range n.Sorted() {
				write(filepath.Join(at, name), child)
			}
		case imagetree.Symlink:
			must(t, os.Symlink(n.Target, at))
		case imagetree.File:
			must(t, os.WriteFile(at, []byte(contentOf(t, files, n.Inode)), 0o600))
		}
		must(t, os.Lchown(at, int(n.UID), int(n.GID)))
		if n.Type != imagetree.Symlink {
			must(t, syscall.Chmod(at, n.Mode))
		}
	}
	write(at, root)
}

// fromDisk is the tree in a directory, in the form of listing.
func fromDisk(t *testing.T, root string) string {
	t.Helper()
	types := map[uint32]string{syscall.S_IFDIR: imagetree.Directory, syscall.S_IFREG: imagetree.File, syscall.S_IFLNK: imagetree.Symlink}
	var lines []string
	must(t, filepath.WalkDir(root, func(at string, _ os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		var st syscall.Stat_t
		if err := syscall.Lstat(at, &st); err != nil {
			return err
		}
		line := fmt.Sprintf("/%s %s %o %d:%d", strings.TrimPrefix(at[len(root):], "/"), types[st.Mode&syscall.S_IFMT], st.Mode&0o7777, st.Uid, st.Gid)
		switch st.Mode & syscall.S_IFMT {
		case syscall.S_IFLNK:
			target, err := os.Readlink(at)
			if err != nil {
				return err
			}
			line += " -> " + target
		case syscall.S_IFREG:
			text, err := os.ReadFile(at)
			if err != nil {
				return err
			}
			line += fmt.Sprintf(" %q", text)
		}
		lines = append(lines, line)
		return nil
	}))
	return strings.Join(lines, "\n")
}

// twin does the same in an overlayfs at real and in a file system.
type twin struct {
	t    *testing.T
	real string
	fs   *scriptfs.FS
	log  []string
}

// both expects the same outcome. That overlayfs does not rename a directory of
// the lower layer is its affair.
func (w *twin) both(what string, theirs error, ours func() error) {
	w.t.Helper()
	if errors.Is(theirs, syscall.EXDEV) {
		return
	}
	err := ours()
	w.log = append(w.log, fmt.Sprintf("%s: %v", what, err))
	if code(err) != code(theirs) {
		w.t.Fatalf("%s\ngot %v, want %v", strings.Join(w.log, "\n"), err, theirs)
	}
}

func code(err error) syscall.Errno {
	var number syscall.Errno
	if err != nil && !errors.As(err, &number) {
		return 9999
	}
	return number
}

func (w *twin) step(c *chaos) {
	c.n++
	at, other := c.path(), c.path()
	real, mode := w.real+at, 0o700|uint32(c.rng.IntN(0o100))
	switch c.rng.IntN(12) {
	case 0, 1:
		w.both("mkdir "+at, syscall.Mkdir(real, mode), func() error { return w.fs.Mkdir(at, mode) })
	case 2:
		w.both("symlink "+at, os.Symlink(other[1:], real), func() error { return w.fs.Symlink(other[1:], at) })
	case 3:
		w.both("link "+at+" "+other, syscall.Link(real, w.real+other), func() error { return w.fs.Link(at, other) })
	case 4, 5:
		w.both("rename "+at+" "+other, syscall.Rename(real, w.real+other), func() error { return w.fs.Rename(at, other) })
	case 6:
		theirs := syscall.Unlink(real)
		if theirs == syscall.EISDIR {
			theirs = syscall.Rmdir(real)
		}
		w.both("remove "+at, theirs, func() error { return w.fs.Remove(at) })
	case 7:
		w.both("removeall "+at, os.RemoveAll(real), func() error { return w.fs.RemoveAll(at) })
	case 8, 9:
		flag := os.O_WRONLY | c.rng.IntN(2)*os.O_CREATE | c.rng.IntN(2)*os.O_APPEND
		f, theirs := os.OpenFile(real, flag, 0o640)
		if theirs == nil {
			_, theirs = fmt.Fprintf(f, "<%d>", c.n)
			must(w.t, f.Close())
		}
		w.both("write "+at, theirs, func() error { return c.write(at, flag) })
	case 10:
		size := int64(c.rng.IntN(6))
		w.both("truncate "+at, os.Truncate(real, size), func() error { return w.fs.Truncate(at, size) })
	case 11:
		uid := c.rng.IntN(3)
		w.both("chown "+at, os.Lchown(real, uid, -1), func() error { return w.fs.Lchown(at, int64(uid), -1) })
	}
}

// TestOverlayfs does random things to a base and what lies over it, here and in
// an overlayfs of the kernel, and expects the same errors and the same trees.
func TestOverlayfs(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("needs root")
	}
	// The mounts are this thread's, which ends with the test.
	runtime.LockOSThread()
	if err := syscall.Unshare(syscall.CLONE_NEWNS | syscall.CLONE_FS); err != nil {
		t.Skipf("needs a mount namespace: %v", err)
	}
	must(t, syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""))
	syscall.Umask(0)
	scratch := t.TempDir()
	if err := syscall.Mount("strata", scratch, "tmpfs", 0, ""); err != nil {
		t.Skipf("needs a tmpfs: %v", err)
	}
	defer syscall.Unmount(scratch, syscall.MNT_DETACH)
	if err := os.Lchown(scratch, 5, 6); err != nil {
		t.Skipf("needs other user ids than root's: %v", err)
	}
	must(t, os.Lchown(scratch, 0, 0))
	for seed := range uint64(100) {
		rng := rand.New(rand.NewPCG(seed, 5))
		base := randomBase(t, rng)[:2]
		b := scripts.NewBuild(newPool(t), "/nix/store", nil, io.Discard)
		defer b.FS.Close()
		must(t, b.Furnish())
		c := chaos{fs: b.FS, rng: rng, below: scripts.Tree}
		for range rng.IntN(20) {
			c.step()
		}
		at := func(name string) string { return filepath.Join(scratch, fmt.Sprint(seed), name) }
		for _, name := range []string{"lower", "upper", "work", "merged"} {
			must(t, os.MkdirAll(at(name), 0o755))
		}
		onDisk(t, at("lower"), base...)
		onDisk(t, at("upper"), layerFrom(written(t, b.FS, scripts.Tree, false)))
		options := fmt.Sprintf("lowerdir=%s,upperdir=%s,workdir=%s", at("lower"), at("upper"), at("work"))
		if err := syscall.Mount("overlay", at("merged"), "overlay", 0, options); err != nil {
			t.Skipf("needs overlayfs: %v", err)
		}
		root, err := imagetree.Flatten(context.Background(), base)
		must(t, err)
		files := basefiles.New(context.Background(), base, b.FS.Reserve)
		defer files.Close()
		inner, err := b.Enter(&scriptfs.Base{Root: root, Open: files.Open})
		must(t, err)
		w := twin{t: t, real: at("merged"), fs: inner}
		c.fs, c.below = inner, ""
		for range rng.IntN(60) {
			w.step(&c)
		}
		if got, want := withoutAttributes(snapshot(t, inner)), fromDisk(t, at("merged")); got != want {
			t.Fatalf("seed %d:\n%s\ngot\n%s\nwant\n%s", seed, strings.Join(w.log, "\n"), got, want)
		}
		must(t, syscall.Unmount(at("merged"), 0))
	}
}

// withoutAttributes drops the extended attributes from a listing.
func withoutAttributes(list string) string {
	lines := strings.Split(list, "\n")
	for i, line := range lines {
		lines[i], _, _ = strings.Cut(line, " user.x=")
	}
	return strings.Join(lines, "\n")
}
