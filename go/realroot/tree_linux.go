//go:build linux && (amd64 || arm64)

package realroot

import (
	"errors"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/rules-strata/rules_strata/go/realroot/fakeroot"
)

// tree remembers what the base image's files were.
type tree struct {
	inodes *fakeroot.Inodes
	base   *baseFile
	// forced are the inodes that belong to the result even if they did not
	// change, incidental the directories that do not even if they are new: the
	// mount points.
	forced, incidental map[uint64]bool
	// mounts are the paths at which something is mounted.
	mounts []string
	// hidden are paths that are no part of the result, with all below them.
	hidden map[string]bool
}

// inPlace is nil, or the error for what is no part of the result and was moved:
// its files would be, under another name.
func (t *tree) inPlace() error {
	for _, at := range t.mounts {
		var st unix.Stat_t
		if err := unix.Lstat("/"+at, &st); err != nil {
			return fmt.Errorf("/%s is not at its place any more (%w): the script must leave the directories above it there", at, err)
		}
	}
	return nil
}

// baseFile is what a path of the base image was.
type baseFile struct {
	name       string
	inode      uint64
	mode       uint32
	changed    int64 // when content or attributes changed last, in nanoseconds
	attributes *fakeroot.Attributes
	children   []baseFile // of a directory, by name
}

// newTree reads the tree at root, as it is when nothing runs in it.
func newTree(root string, inodes *fakeroot.Inodes, storeDir string) (*tree, error) {
	t := &tree{
		inodes: inodes, forced: map[uint64]bool{}, incidental: map[uint64]bool{},
		hidden: map[string]bool{"dev": true, "proc": true, "sys": true},
	}
	if storeDir != "" {
		t.hidden[strings.TrimPrefix(storeDir, "/")] = true
	}
	base, latest, err := t.read(root, "")
	if err != nil {
		return nil, err
	}
	t.base = &base
	return t, waitForClock(root, latest)
}

// read reads what is at a path, and gives the latest time of change of all.
func (t *tree) read(root, at string) (f baseFile, latest int64, err error) {
	full := path.Join(root, at)
	var st unix.Stat_t
	if err := unix.Lstat(full, &st); err != nil {
		return f, 0, fmt.Errorf("%s: %w", full, err)
	}
	f = baseFile{
		name: path.Base(at), inode: st.Ino, mode: st.Mode, changed: st.Ctim.Nano(), attributes: t.inodes.Get(st.Ino),
	}
	latest = st.Ctim.Nano()
	if st.Mode&unix.S_IFMT != unix.S_IFDIR {
		return f, latest, nil
	}
	names, err := namesIn(full)
	if err != nil {
		return f, 0, err
	}
	for _, name := range names {
		below := path.Join(at, name)
		if t.hidden[below] {
			continue
		}
		child, childLatest, err := t.read(root, below)
		if err != nil {
			return f, 0, err
		}
		f.children = append(f.children, child)
		latest = max(latest, childLatest)
	}
	return f, latest, nil
}

// namesIn are the names in a directory, sorted by bytes.
func namesIn(dir string) ([]string, error) {
	d, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	names, err := d.Readdirnames(-1)
	slices.Sort(names)
	return names, err
}

// waitForClock waits until changes have another time than those before. The
// kernel's clock for files may go on as seldom as every ten milliseconds. It is
// an error if it does not within seconds, as when it was set back.
func waitForClock(root string, latest int64) error {
	probe, err := os.CreateTemp(root, "")
	if err != nil {
		return err
	}
	defer probe.Close()
	if err := os.Remove(probe.Name()); err != nil {
		return err
	}
	for range 10_000 {
		var st unix.Stat_t
		if err := probe.Chmod(0o600); err != nil {
			return err
		}
		if err := unix.Fstat(int(probe.Fd()), &st); err != nil {
			return err
		}
		if st.Ctim.Nano() > latest {
			return nil
		}
		time.Sleep(time.Millisecond)
	}
	return errors.New("the machine's clock was set back while the base image was unpacked: build again")
}

// find gives the child of that name, or nil.
func (f *baseFile) find(name string) *baseFile {
	if f == nil {
		return nil
	}
	i, ok := slices.BinarySearchFunc(f.children, name, func(c baseFile, n string) int { return strings.Compare(c.name, n) })
	if !ok {
		return nil
	}
	return &f.children[i]
}

func (f *baseFile) isDir() bool { return f != nil && f.mode&unix.S_IFMT == unix.S_IFDIR }
