//go:build linux && (amd64 || arm64)

package realroot

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/rules-strata/rules_strata/go/realroot/fakeroot"
	"github.com/rules-strata/rules_strata/go/rootfs"
)

// hostname is the same everywhere.
const hostname = "localhost"

// enter makes the tree the root directory, with the file systems that every
// program expects and the store objects.
func (m *machine) enter() error {
	root, err := os.OpenRoot(m.scratch.root)
	if err != nil {
		return err
	}
	defer root.Close()
	for _, dir := range []string{"proc", "sys", "dev"} {
		if err := m.mountPoint(root, dir); err != nil {
			return err
		}
	}
	if err := m.mountObjects(root); err != nil {
		return err
	}
	if err := rootfs.EnterRoot(m.scratch.root); err != nil {
		if _, forbidden := rootfs.Forbidden(err); forbidden {
			return &UnavailableError{Reason: err.Error()}
		}
		return err
	}
	m.scratch.root = "/"
	if err := fakeroot.EmptyInput(); err != nil {
		return err
	}
	if err := syscall.Sethostname([]byte(hostname)); err != nil {
		return fmt.Errorf("set the host name: %w", err)
	}
	return rootfs.StartLoopback()
}

// mountObjects shows the store objects in the store directory, which becomes
// read-only.
func (m *machine) mountObjects(root *os.Root) error {
	dir := strings.TrimPrefix(string(m.StoreDir), "/")
	if dir == "" {
		return nil
	}
	if len(m.Objects) == 0 {
		if info, err := root.Lstat(dir); err != nil || !info.IsDir() {
			return nil
		}
	}
	if err := m.mountPoint(root, dir); err != nil {
		return err
	}
	// What is mounted below must be on the mount that becomes read-only.
	storeDir := path.Join(m.scratch.root, dir)
	for _, object := range m.Objects {
		if err := m.placeholder(root, strings.TrimPrefix(string(object), "/")); err != nil {
			return err
		}
	}
	if err := bind(storeDir, storeDir); err != nil {
		return err
	}
	for _, object := range m.Objects {
		source := filepath.Join(m.scratch.objects, string(object))
		info, err := os.Lstat(source)
		if err != nil {
			return err
		}
		if info.Mode().Type() == fs.ModeSymlink {
			continue // see placeholder
		}
		if err := bind(source, filepath.Join(m.scratch.root, string(object))); err != nil {
			return err
		}
	}
	return rootfs.MakeReadOnly(storeDir)
}

// placeholder makes what an object can be mounted over. Nothing can be mounted
// over a symlink, so an object that is one is made there.
func (m *machine) placeholder(root *os.Root, at string) error {
	source := filepath.Join(m.scratch.objects, at)
	info, err := os.Lstat(source)
	if err != nil {
		return err
	}
	old, err := root.Lstat(at)
	switch {
	case err == nil && old.Mode().Type() == info.Mode().Type() && !info.Mode().IsRegular():
		return nil // the base image has it too
	case err == nil:
		if err := root.RemoveAll(at); err != nil {
			return err
		}
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	switch {
	case info.IsDir():
		return root.Mkdir(at, 0o755)
	case info.Mode().Type() == fs.ModeSymlink:
		target, err := os.Readlink(source)
		if err != nil {
			return err
		}
		return root.Symlink(target, at)
	}
	f, err := root.OpenFile(at, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// mountPoint makes a directory and those above it. None may be a symlink, which
// could lead out of the tree.
func (m *machine) mountPoint(root *os.Root, dir string) error {
	for i := 1; i <= len(dir); i++ {
		if i < len(dir) && dir[i] != '/' {
			continue
		}
		at := dir[:i]
		info, err := root.Lstat(at)
		if errors.Is(err, fs.ErrNotExist) {
			if err = root.Mkdir(at, 0o755); err == nil {
				info, err = root.Lstat(at)
			}
			if err == nil {
				m.tree.incidental[info.Sys().(*syscall.Stat_t).Ino] = true
			}
		}
		if err != nil {
			return err
		}
		if !info.IsDir() {
			return fmt.Errorf("the image has something other than a directory at /%s, where the script needs one", at)
		}
	}
	m.tree.mounts = append(m.tree.mounts, dir)
	return nil
}
