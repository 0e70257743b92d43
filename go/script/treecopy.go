package script

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"time"

	"github.com/rules-strata/rules_strata/go/scriptfs"
)

// treeCopy is a copy of the image's tree on the host, for a tool.
type treeCopy struct {
	fs *scriptfs.FS
	// root is where the tree is in fs, dir where the copy is on the host.
	root, dir string
	// written are the files of the copy by their paths below dir.
	written map[string]copied
}

// copied is a file of the copy as it was written.
type copied struct {
	host os.FileInfo
	// kept says that the file is not in the copy: a device.
	kept bool
}

// longAgo is the time of everything in the copy: what a tool changes is newer.
var longAgo = time.Unix(315532800, 0)

// write writes the copy.
func (t *treeCopy) write() error {
	t.written = map[string]copied{}
	links := map[uint64]string{}
	var dirs []string
	err := t.fs.Walk(t.root, func(at string, i scriptfs.Info) error {
		name, _ := relative(t.root, at)
		host := filepath.Join(t.dir, name)
		switch i.Type {
		case scriptfs.Directory:
			dirs = append(dirs, host)
			return os.Mkdir(host, os.FileMode(i.Mode&0o777|0o700))
		case scriptfs.Symlink:
			return os.Symlink(i.Target, host)
		case scriptfs.Regular:
			if first, ok := links[i.Ino]; ok {
				return os.Link(first, host)
			}
			links[i.Ino] = host
			return t.writeFile(at, host, i)
		}
		t.written[name] = copied{kept: true}
		return nil
	})
	if err != nil {
		return fmt.Errorf("copy the tree: %w", err)
	}
	for _, dir := range slices.Backward(dirs) {
		if err := os.Chtimes(dir, longAgo, longAgo); err != nil {
			return err
		}
	}
	return t.scan(func(name string, host os.FileInfo) error {
		t.written[name] = copied{host: host}
		return nil
	})
}

func (t *treeCopy) writeFile(at, host string, i scriptfs.Info) error {
	in, err := t.fs.Open(at)
	if err != nil {
		return err
	}
	defer in.Close()
	mode := os.FileMode(i.Mode&0o777 | 0o600)
	out, err := os.OpenFile(host, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, struct{ io.Reader }{in})
	if closeErr := out.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Chmod(host, mode)
	}
	if err == nil {
		err = os.Chtimes(host, longAgo, longAgo)
	}
	return err
}

// scan calls visit for everything in the copy but its root, directories
// first.
func (t *treeCopy) scan(visit func(name string, host os.FileInfo) error) error {
	return filepath.WalkDir(t.dir, func(host string, d os.DirEntry, err error) error {
		if err != nil {
			if d == nil || !d.IsDir() || os.Chmod(host, 0o700) != nil {
				return err
			}
		}
		name, err := filepath.Rel(t.dir, host)
		if err != nil || name == "." {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		return visit(filepath.ToSlash(name), info)
	})
}

// readBack makes the image's tree what the tool made of its copy.
func (t *treeCopy) readBack() error {
	now := map[string]os.FileInfo{}
	var names []string
	if err := t.scan(func(name string, host os.FileInfo) error {
		now[name] = host
		names = append(names, name)
		return nil
	}); err != nil {
		return fmt.Errorf("read what it changed: %w", err)
	}
	var gone []string
	for name, was := range t.written {
		if is := now[name]; !was.kept && (is == nil || is.Mode().Type() != was.host.Mode().Type() || !is.IsDir() && !os.SameFile(is, was.host)) {
			gone = append(gone, name)
		}
	}
	slices.Sort(gone)
	for _, name := range slices.Backward(gone) {
		if err := t.fs.RemoveAll(path.Join(t.root, name)); err != nil {
			return fmt.Errorf("remove what it removed: %w", err)
		}
		delete(t.written, name)
	}
	links := map[fileID]string{}
	for _, name := range names {
		if err := t.take(name, now[name], links); err != nil {
			return fmt.Errorf("take what it made: %w", err)
		}
	}
	return nil
}

// take takes one file into the tree, if it is new or changed.
func (t *treeCopy) take(name string, i os.FileInfo, links map[fileID]string) error {
	at, host := path.Join(t.root, name), filepath.Join(t.dir, name)
	was, old := t.written[name]
	first, linked := "", false
	if id, ok := linkedFile(i); ok && i.Mode().IsRegular() {
		if first, linked = links[id]; !linked {
			links[id] = at
		}
	}
	changed := !old || !i.ModTime().Equal(was.host.ModTime()) || i.Size() != was.host.Size()
	switch {
	case linked && !old:
		return t.fs.Link(first, at)
	case i.IsDir() && !old:
		if err := t.makeDir(at); err != nil {
			return err
		}
	case i.IsDir():
	case i.Mode()&os.ModeSymlink != 0:
		if old {
			return nil
		}
		target, err := os.Readlink(host)
		if err != nil {
			return err
		}
		return t.fs.Symlink(target, at)
	case i.Mode().IsRegular():
		if changed && !(linked && old) {
			if err := t.takeFile(host, at); err != nil {
				return err
			}
		}
	case i.Mode()&os.ModeNamedPipe != 0:
		if err := t.fs.Mknod(at, scriptfs.FIFO, 0o644, 0, 0); err != nil {
			return err
		}
	default:
		return fmt.Errorf("%s is neither a file nor a directory, link or fifo", name)
	}
	if old && i.Mode() == was.host.Mode() {
		return nil
	}
	return t.fs.Chmod(at, unixMode(i.Mode()))
}

// makeDir makes a directory. One that is no part of the image, and so not in
// the copy, may be there.
func (t *treeCopy) makeDir(at string) error {
	err := t.fs.Mkdir(at, 0o755)
	if !errors.Is(err, fs.ErrExist) {
		return err
	}
	if i, statErr := t.fs.Lstat(at); statErr != nil || i.Type != scriptfs.Directory {
		return err
	}
	return nil
}

func (t *treeCopy) takeFile(host, at string) error {
	in, err := os.Open(host)
	if os.IsPermission(err) {
		if err = os.Chmod(host, 0o600); err == nil {
			in, err = os.Open(host)
		}
	}
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := t.fs.OpenFile(at, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	_, err = io.Copy(struct{ io.Writer }{out}, in)
	if closeErr := out.Close(); err == nil {
		err = closeErr
	}
	return err
}

// unixMode is a mode as 12 bits.
func unixMode(m os.FileMode) uint32 {
	mode := uint32(m.Perm())
	for flag, bit := range map[os.FileMode]uint32{os.ModeSetuid: 0o4000, os.ModeSetgid: 0o2000, os.ModeSticky: 0o1000} {
		if m&flag != 0 {
			mode |= bit
		}
	}
	return mode
}
