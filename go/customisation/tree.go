package customisation

import (
	"fmt"
	"path"

	"github.com/rules-strata/rules_strata/go/scriptfs"
	"github.com/rules-strata/rules_strata/go/symlinkjoin"
)

// Plant makes the tree of the contents in the directory root of a file system,
// which must be empty.
func Plant(fs *scriptfs.FS, root string, tree []symlinkjoin.Entry) error {
	for _, e := range tree {
		var err error
		at := path.Join(root, e.Path)
		switch {
		case e.Path == "":
			err = fs.Chmod(root, directoryMode)
		case e.Target == "":
			err = fs.Mkdir(at, directoryMode)
		default:
			err = fs.Symlink(e.Target, at)
		}
		if err != nil {
			return fmt.Errorf("link the contents: %w", err)
		}
	}
	return nil
}
