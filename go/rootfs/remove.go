package rootfs

import (
	"io/fs"
	"os"
)

// RemoveAll removes a folder and all below it, also what lies in directories
// that may not be written to or entered. It is no error if there is nothing.
func RemoveAll(dir string) error {
	err := os.RemoveAll(dir)
	if err == nil {
		return nil
	}
	info, statErr := os.Lstat(dir)
	if statErr != nil || !info.IsDir() || os.Chmod(dir, 0o700) != nil {
		return err
	}
	root, openErr := os.OpenRoot(dir)
	if openErr != nil {
		return err
	}
	defer root.Close()
	// A directory is opened before it is read, so that what is below it can be
	// removed. What goes wrong shows when it is removed.
	_ = fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			_ = root.Chmod(name, 0o700)
		}
		return nil
	})
	return os.RemoveAll(dir)
}
