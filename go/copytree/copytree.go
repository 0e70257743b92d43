// Package copytree copies the files of store objects into one directory, one
// object over the other, as "rsync -ak OBJECT/ DIRECTORY/" and
// "rsync -aK OBJECT/ DIRECTORY/" do, which rsync(1) describes under
// --copy-dirlinks and --keep-dirlinks. That is how dockerTools.buildImage fills
// an image's layer.
//
// It differs from rsync in this: a later file always replaces an earlier one,
// while rsync takes files of the same size and time for the same file; links
// that lead back to a directory that they are in are an error, while rsync
// follows them until the kernel refuses; links that are already in the
// directory lead where they will in the image, and never out of it.
package copytree

import (
	"errors"
	"fmt"
	"path"

	"github.com/rules-strata/rules_strata/go/scriptfs"
)

// Source is a store object whose files are copied. It is a directory, or a link
// to one.
type Source struct {
	// Path is the object's store path, which the file system shows.
	Path string
	// Label is what messages call it; the store path does when it is empty.
	Label string
}

// Options say what becomes of links to directories.
type Options struct {
	// KeepDirlinks keeps them: a source's link to a directory is copied as a
	// link (rsync's -K), and where an earlier source has put such a link, a
	// later one's directory goes into the directory that the link leads to.
	// Without it (rsync's -k) a link to a directory of the store becomes a
	// directory with the same files, and a directory replaces a link.
	KeepDirlinks bool
}

// Copy copies the files of the sources, one source after the other, into the
// directory dst, whose own mode stays. What it makes belongs to 0:0, has the
// source's mode and the file system's time; files share their contents with
// the source's.
//
// That a file meets a directory which is not empty is an error that names both
// sources, as are directory links without end, a source that is no directory,
// and, with KeepDirlinks, a directory that a link would lead into the store.
// What was copied before an error stays.
func Copy(fs *scriptfs.FS, sources []Source, dst string, o Options) error {
	root, err := fs.Realpath(dst)
	if err == nil {
		// A slash at its end lets only directories be found.
		_, err = fs.Lstat(root + "/")
	}
	if err != nil {
		return fmt.Errorf("copy to root: %w", err)
	}
	c := copier{fs: fs, dst: root, keep: o.KeepDirlinks, givers: map[string]string{}}
	for _, s := range sources {
		if err := c.add(s); err != nil {
			return fmt.Errorf("copy to root: %w", err)
		}
	}
	return nil
}

// copier copies one source after the other.
type copier struct {
	fs  *scriptfs.FS
	dst string
	// keep is Options.KeepDirlinks.
	keep bool
	// givers are the labels of the sources that gave what is at a path.
	givers map[string]string

	// label is the source's that is copied, storeDir is where it is.
	label, storeDir string
	// inside are the directories of the store, without links in their paths,
	// that what is being copied is in.
	inside []string
}

// add copies a source.
func (c *copier) add(s Source) error {
	c.label, c.storeDir, c.inside = s.Label, path.Dir(s.Path), nil
	if c.label == "" {
		c.label = s.Path
	}
	from, i, err := follow(path.Dir(s.Path), path.Base(s.Path), c.inStore)
	switch {
	case errors.Is(err, errNowhere):
		return fmt.Errorf("%s: %s leads to nothing in the store: give the target that it leads to in copy_to_root", c.label, s.Path)
	case err != nil:
		return fmt.Errorf("%s: %w", c.label, err)
	case i.Type != scriptfs.Directory:
		return fmt.Errorf("%s: %s is a %s, not a directory: only directories can be copied to the root, so put it in one", c.label, s.Path, i.Type)
	}
	return c.copyDirectory(from, c.dst)
}
