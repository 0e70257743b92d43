package modulefile

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"
)

// Edit is a change of one file that has not been written.
type Edit struct {
	// Path is the file, and Tag what is in it after the edit.
	Path string
	Tag  *Tag

	before, after []byte
}

// Changed says whether the edit changes anything.
func (e *Edit) Changed() bool { return !bytes.Equal(e.before, e.after) }

// Content is the file after the edit.
func (e *Edit) Content() []byte { return e.after }

// Write writes the file, whole or not at all, and keeps its mode; a link to it
// stays one. An edit that changes nothing writes nothing. It is an error if the
// file is read-only, or is not what it was when it was read.
func (e *Edit) Write() error {
	if !e.Changed() {
		return nil
	}
	path, err := filepath.EvalSymlinks(e.Path)
	if err != nil {
		return err
	}
	if err := e.mayWrite(path); err != nil {
		return err
	}
	f, err := renameio.NewPendingFile(path, renameio.WithExistingPermissions())
	if err != nil {
		return e.explain(err)
	}
	// After it has taken its place there is nothing left to clean up.
	defer func() { _ = f.Cleanup() }()
	if _, err := f.Write(e.after); err != nil {
		return e.explain(err)
	}
	return e.explain(f.CloseAtomicallyReplace())
}

// mayWrite is an error for a file that its owner does not want to be changed,
// which a rename would not heed.
func (e *Edit) mayWrite(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return e.explain(err)
	}
	if info.Mode().Perm()&0o222 == 0 {
		return fmt.Errorf("write %s: it is read-only: make it writable (chmod u+w), or change it by hand", e.Path)
	}
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return e.explain(err)
	}
	if err := f.Close(); err != nil {
		return e.explain(err)
	}
	now, err := os.ReadFile(path)
	if err == nil && !bytes.Equal(now, e.before) {
		err = fmt.Errorf("another program has changed it meanwhile: try again")
	}
	return e.explain(err)
}

func (e *Edit) explain(err error) error {
	if err != nil {
		err = fmt.Errorf("write %s: %w", e.Path, err)
	}
	return err
}
