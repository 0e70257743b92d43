package customisation

import (
	"errors"
	"fmt"
	iofs "io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/rules-strata/rules_strata/go/scriptfs"
	"github.com/rules-strata/rules_strata/go/symlinkjoin"
)

// Directory is a directory of the image that has a mode and an owner of its
// own, which a store object cannot hold.
type Directory struct {
	// Path is relative to the root.
	Path     string
	Mode     uint32
	UID, GID int64
	// Label is the content that asks for it.
	Label string
}

// UnmarshalText reads MODE:UID:GID:PATH, the mode in octal digits.
func (d *Directory) UnmarshalText(text []byte) error {
	fields := strings.SplitN(string(text), ":", 4)
	if len(fields) != 4 || fields[3] == "" {
		return fmt.Errorf("%q is not MODE:UID:GID:PATH", text)
	}
	mode, err := strconv.ParseUint(fields[0], 8, 12)
	if err != nil {
		return fmt.Errorf("mode of %q: %w", text, err)
	}
	uid, err := strconv.ParseUint(fields[1], 10, 32)
	if err != nil {
		return fmt.Errorf("owner of %q: %w", text, err)
	}
	gid, err := strconv.ParseUint(fields[2], 10, 32)
	if err != nil {
		return fmt.Errorf("group of %q: %w", text, err)
	}
	*d = Directory{Path: path.Clean(fields[3]), Mode: uint32(mode), UID: int64(uid), GID: int64(gid)}
	return nil
}

// Directories gives directories their labels, in the same order.
func Directories(list []Directory, labels []string) ([]Directory, error) {
	if len(labels) != 0 && len(labels) != len(list) {
		return nil, fmt.Errorf("%d --directory-label for %d --directory: give none or one each", len(labels), len(list))
	}
	list = slices.Clone(list)
	for i := range labels {
		list[i].Label = labels[i]
	}
	return list, nil
}

// CheckDirectories refuses directories that are something else in the tree,
// because another content gives that.
func CheckDirectories(tree []symlinkjoin.Entry, directories []Directory) error {
	for _, d := range directories {
		at := slices.IndexFunc(tree, func(e symlinkjoin.Entry) bool { return e.Path == d.Path })
		switch {
		case at < 0:
			return d.is("nothing")
		case tree[at].Target != "":
			return d.is(fmt.Sprintf("a link to %q", tree[at].Target))
		}
	}
	return nil
}

// is says what is where the directory should be.
func (d Directory) is(what string) error {
	return fmt.Errorf("/%s: %s gives a directory of mode %04o, and there is %s: "+
		"take out of the contents what gives that, or the directory", d.Path, d.Label, d.Mode, what)
}

// SetDirectories gives directories of a file system, in which the tree is at
// root, their modes and owners. It refuses what CheckDirectories does.
func SetDirectories(fs *scriptfs.FS, root string, directories []Directory) error {
	for _, d := range directories {
		at := path.Join(root, d.Path)
		info, err := fs.Lstat(at)
		switch {
		case errors.Is(err, iofs.ErrNotExist):
			return d.is("nothing")
		case err != nil:
			return err
		case info.Type == scriptfs.Symlink:
			return d.is(fmt.Sprintf("a link to %q", info.Target))
		case info.Type != scriptfs.Directory:
			return d.is("a file")
		}
		if err := fs.Chown(at, d.UID, d.GID); err != nil {
			return err
		}
		if err := fs.Chmod(at, d.Mode); err != nil {
			return err
		}
	}
	return nil
}

// Owned are the directories' paths, for Options.
func Owned(directories []Directory) map[string]bool {
	owned := map[string]bool{}
	for _, d := range directories {
		owned[d.Path] = true
	}
	return owned
}
