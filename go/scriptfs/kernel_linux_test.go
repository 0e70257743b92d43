//go:build linux

package scriptfs

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// twin does everything to a file system and to a real directory.
type twin struct {
	t    *testing.T
	fs   *FS
	real string
	rng  *rand.Rand
	// below is where things happen.
	below string
	log   []string
}

var names = []string{"a", "b", "c", "d"}

// deep is where things happen, so that ".." never leads out of the real
// directory.
const deep = "1/2/3/4/5/6/7/8/9/10/11/12"

// path is a random path, often through "..", "." and symlinks.
func (w *twin) path() string {
	var parts []string
	for range 1 + w.rng.IntN(3) {
		parts = append(parts, names[w.rng.IntN(len(names))])
	}
	path := "/" + strings.Join(parts, "/")
	switch w.rng.IntN(20) {
	case 0:
		path += "/"
	case 1:
		path += "/."
	case 2:
		path += "/.."
	case 3:
		path = "/" + parts[0] + "/../" + strings.Join(parts, "/")
	case 4:
		path = "//" + parts[0] + "/./" + strings.Join(parts, "//")
	}
	return w.below + path
}

func code(err error) syscall.Errno {
	if err == nil {
		return 0
	}
	var number syscall.Errno
	if !errors.As(err, &number) {
		return 9999
	}
	return number
}

func (w *twin) write(path string, flag int, data []byte) (error, error) {
	ours, err := w.fs.OpenFile(path, flag, 0o644)
	if err == nil {
		_, err = ours.Write(data)
		ours.Close()
	}
	theirs, realErr := os.OpenFile(w.real+path, flag, 0o644)
	if realErr == nil {
		_, realErr = theirs.Write(data)
		theirs.Close()
	}
	return err, realErr
}

func (w *twin) step() {
	path, other := w.path(), w.path()
	target := strings.Repeat("../", w.rng.IntN(3)) + strings.TrimLeft(strings.TrimPrefix(w.path(), w.below), "/")
	mode := uint32(w.rng.IntN(0o1000)) | 0o700
	var ours, theirs error
	var what string
	switch op := w.rng.IntN(15); op {
	case 0, 1, 2:
		what = fmt.Sprintf("mkdir %s", path)
		ours, theirs = w.fs.Mkdir(path, mode), syscall.Mkdir(w.real+path, mode)
	case 3:
		what = fmt.Sprintf("symlink %s %s", target, path)
		ours, theirs = w.fs.Symlink(target, path), os.Symlink(target, w.real+path)
	case 4:
		what = fmt.Sprintf("link %s %s", path, other)
		ours, theirs = w.fs.Link(path, other), syscall.Link(w.real+path, w.real+other)
	case 5, 6:
		what = fmt.Sprintf("rename %s %s", path, other)
		ours, theirs = w.fs.Rename(path, other), syscall.Rename(w.real+path, w.real+other)
	case 7:
		what = fmt.Sprintf("remove %s", path)
		ours = w.fs.Remove(path)
		theirs = syscall.Unlink(w.real + path)
		if theirs == syscall.EISDIR || strings.HasSuffix(path, "/") || strings.HasSuffix(path, ".") {
			theirs = syscall.Rmdir(w.real + path)
		}
	case 8:
		what = fmt.Sprintf("removeall %s", path)
		path = strings.TrimRight(path, "/.")
		ours, theirs = w.fs.RemoveAll(path), os.RemoveAll(w.real+path)
	case 9, 10:
		what = fmt.Sprintf("create %s", path)
		ours, theirs = w.write(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, []byte(path))
	case 11:
		what = fmt.Sprintf("append %s", path)
		ours, theirs = w.write(path, os.O_WRONLY|os.O_APPEND, []byte(other))
	case 12:
		what = fmt.Sprintf("exclusive %s", path)
		ours, theirs = w.write(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, []byte(other))
	case 13:
		size := int64(w.rng.IntN(20))
		what = fmt.Sprintf("truncate %s %d", path, size)
		ours, theirs = w.fs.Truncate(path, size), os.Truncate(w.real+path, size)
	case 14:
		what = fmt.Sprintf("realpath %s", path)
		var got, want string
		got, ours = w.fs.Realpath(path)
		if want, theirs = filepath.EvalSymlinks(w.real + path); theirs == nil && ours == nil && !strings.Contains(path, "..") {
			if want = "/" + strings.TrimLeft(strings.TrimPrefix(want, w.real), "/"); got != want {
				w.t.Fatalf("%s: got %s, want %s", what, got, want)
			}
		}
		if (ours == nil) != (theirs == nil) && code(theirs) != 9999 {
			w.t.Fatalf("%s: got %v, want %v", what, ours, theirs)
		}
		return
	}
	w.log = append(w.log, what)
	w.both(ours, theirs)
}

// both expects the same error.
func (w *twin) both(ours, theirs error) {
	w.t.Helper()
	if code(ours) != code(theirs) {
		w.t.Fatalf("%s: got %v, want %v", strings.Join(w.log[max(0, len(w.log)-40):], "\n"), ours, theirs)
	}
}

// trees compares the trees.
func (w *twin) trees() {
	var ours, theirs []string
	if err := w.fs.Walk("/", func(path string, i Info) error {
		line := fmt.Sprintf("%s %s %o %d", path, i.Type, i.Mode, i.Nlink)
		switch i.Type {
		case Regular:
			f, err := w.fs.Open(path)
			if err != nil {
				return err
			}
			data, err := io.ReadAll(f)
			if err != nil {
				return err
			}
			line += fmt.Sprintf(" %d %s", i.Size, data)
		case Symlink:
			line += " " + i.Target
		}
		ours = append(ours, line)
		return nil
	}); err != nil {
		w.t.Fatal(err)
	}
	if err := filepath.WalkDir(w.real, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		var st syscall.Stat_t
		if err := syscall.Lstat(path, &st); err != nil {
			return err
		}
		name := "/" + strings.TrimPrefix(strings.TrimPrefix(path, w.real), "/")
		kind := map[uint32]Type{syscall.S_IFDIR: Directory, syscall.S_IFREG: Regular, syscall.S_IFLNK: Symlink}[st.Mode&syscall.S_IFMT]
		line := fmt.Sprintf("%s %s %o %d", name, kind, st.Mode&0o7777, st.Nlink)
		switch kind {
		case Regular:
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			line += fmt.Sprintf(" %d %s", len(data), data)
		case Symlink:
			target, err := os.Readlink(path)
			if err != nil {
				return err
			}
			line += " " + target
		}
		theirs = append(theirs, line)
		return nil
	}); err != nil {
		w.t.Fatal(err)
	}
	slices.Sort(ours)
	slices.Sort(theirs)
	if !slices.Equal(ours, theirs) {
		w.t.Fatalf("after\n%s\ngot\n%s\nwant\n%s", strings.Join(w.log, "\n"), strings.Join(ours, "\n"), strings.Join(theirs, "\n"))
	}
}

// TestKernel does random things here and in a directory of a real Linux, as
// root, and expects the same errors and the same trees.
func TestKernel(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("needs root, whom no permissions stop")
	}
	if link := t.TempDir() + "/l"; os.Symlink("x", link) != nil {
		t.Skip("needs symlinks")
	}
	defer syscall.Umask(syscall.Umask(0))
	for seed := range uint64(60) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			// The directory is a few levels down, so that ".." of it is harmless.
			real := filepath.Join(t.TempDir(), "real")
			if err := os.Mkdir(real, 0o755); err != nil {
				t.Fatal(err)
			}
			w := &twin{t: t, fs: New(time.Unix(1, 0)), real: real, rng: rand.New(rand.NewPCG(seed, 1))}
			for dir := range strings.SplitSeq(deep, "/") {
				w.below += "/" + dir
				w.both(w.fs.Mkdir(w.below, 0o755), os.Mkdir(real+w.below, 0o755))
			}
			for range 300 {
				w.step()
			}
			w.trees()
		})
	}
}
