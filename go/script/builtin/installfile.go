package builtin

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/rules-strata/rules_strata/go/scriptfs"
)

// file installs one file; single says that target is the command line's.
func (r *installRun) file(source, target string, single bool) error {
	if r.parents && single {
		if err := r.makeParents(target); err != nil {
			return err
		}
	}
	from, err := r.c.FS.Stat(r.c.Path(source))
	if isStdin(source) {
		from, err = scriptfs.Info{Type: scriptfs.FIFO}, nil
	}
	if err != nil {
		return fmt.Errorf("cannot stat %s: %s", quote(source), reason(err))
	}
	if from.Type == scriptfs.Directory {
		return fmt.Errorf("omitting directory %s", quote(source))
	}
	backup := ""
	to, err := r.c.FS.Lstat(r.c.Path(target))
	switch {
	case err == nil:
		if r.upToDate(source, target, from, to) {
			return nil
		}
		if backup, err = r.clear(source, target, from, to); err != nil {
			return err
		}
	case strings.HasSuffix(target, "/") && reason(err) != "Not a directory":
		return fmt.Errorf("cannot create regular file %s: Not a directory", quote(target))
	case !notExist(err) || reason(err) == "Not a directory":
		return fmt.Errorf("cannot stat %s: %s", quote(target), reason(err))
	}
	if r.verbose {
		r.c.Printf("%s -> %s%s\n", quote(source), quote(target), r.backups.note(backup))
	}
	if err := r.c.copyContent(source, from, target, nil, 0o600); err != nil {
		return fmt.Errorf("cannot create regular file %s: %s", quote(target), reason(err))
	}
	if made, err := r.c.FS.Lstat(r.c.Path(target)); err == nil {
		r.made[made.Ino] = true
	}
	if r.times && !isStdin(source) {
		if err := r.c.FS.Chtimes(r.c.Path(target), from.MTime); err != nil {
			return fmt.Errorf("cannot set timestamps for %s: %s", quote(target), reason(err))
		}
	}
	return r.own(target, r.mode)
}

// clear removes what is at the target, for the new file to take its place, or keeps it under the name that it returns.
func (r *installRun) clear(source, target string, from, to scriptfs.Info) (backup string, err error) {
	switch {
	case to.Type == scriptfs.Directory:
		return "", fmt.Errorf("cannot overwrite directory %s with non-directory", quote(target))
	case r.made[to.Ino]:
		return "", fmt.Errorf("will not overwrite just-created %s with %s", quote(target), quote(source))
	case from.Ino == to.Ino && (to.Nlink == 1 || r.c.sameName(source, target)):
		return "", fmt.Errorf("%s and %s are the same file", quote(source), quote(target))
	case r.backups.wanted():
		if backup, err = r.backups.keep(target); err != nil {
			return "", fmt.Errorf("cannot backup %s: %s", quote(target), reason(err))
		}
		return backup, nil
	}
	if err := r.c.FS.Remove(r.c.Path(target)); err != nil {
		return "", fmt.Errorf("cannot remove %s: %s", quote(target), reason(err))
	}
	if r.verbose {
		r.c.Printf("removed %s\n", quote(target))
	}
	return "", nil
}

// own gives a new file its owner and mode.
func (r *installRun) own(path string, mode uint32) error {
	at := r.c.Path(path)
	if r.uid != noID || r.gid != noID {
		info, err := r.c.FS.Lstat(at)
		if err == nil {
			err = r.c.chown(path, info, r.uid, r.gid, true)
		}
		if err != nil {
			return fmt.Errorf("cannot change ownership of %s: %s", quote(path), reason(err))
		}
	}
	if err := r.c.FS.Chmod(at, mode); err != nil {
		return fmt.Errorf("cannot change permissions of %s: %s", quote(path), reason(err))
	}
	return nil
}

// upToDate says whether -C leaves the target alone: a file with the same bytes, mode and owner.
func (r *installRun) upToDate(source, target string, from, to scriptfs.Info) bool {
	if !r.compare || from.Type != scriptfs.Regular || to.Type != scriptfs.Regular || from.Size != to.Size || to.Mode != r.mode ||
		(r.mode|from.Mode|to.Mode)&^0o777 != 0 {
		return false
	}
	uid, gid := max(r.uid, 0), max(r.gid, 0)
	if to.UID != uid || to.GID != gid {
		return false
	}
	same, err := r.c.sameBytes(source, target)
	return err == nil && same
}

// sameBytes says whether two files have the same content.
func (c *Context) sameBytes(a, b string) (bool, error) {
	fileA, err := c.FS.Open(c.Path(a))
	if err != nil {
		return false, err
	}
	defer fileA.Close()
	fileB, err := c.FS.Open(c.Path(b))
	if err != nil {
		return false, err
	}
	defer fileB.Close()
	bufferA, bufferB := make([]byte, 32<<10), make([]byte, 32<<10)
	for {
		n, errA := io.ReadFull(fileA, bufferA)
		m, errB := io.ReadFull(fileB, bufferB)
		if !bytes.Equal(bufferA[:n], bufferB[:m]) {
			return false, nil
		}
		ended := errors.Is(errA, io.EOF) || errors.Is(errA, io.ErrUnexpectedEOF)
		if errA != nil && !ended {
			return false, errA
		}
		if errB != nil && !errors.Is(errB, io.EOF) && !errors.Is(errB, io.ErrUnexpectedEOF) {
			return false, errB
		}
		if ended {
			return true, nil
		}
	}
}
