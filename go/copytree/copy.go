package copytree

import (
	"cmp"
	"errors"
	"fmt"
	"path"

	"github.com/rules-strata/rules_strata/go/scriptfs"
)

// entry is what a source has under a name.
type entry struct {
	scriptfs.Info
	// from is where it is in the store.
	from string
	// to is where a directory's files go.
	to string
}

// copyDirectory copies what is in a directory of the store into the directory
// to. Everything that is no directory comes first, then the directories are
// made, then they are filled: rsync's order, which tells when directories meet
// through links that are already there.
func (c *copier) copyDirectory(from, to string) error {
	// A slash at its end lets only directories be found.
	if place, err := c.fs.Realpath(to + "/"); err != nil || place != to {
		return fmt.Errorf("%s: %q is given twice, once through a link that leads to it: give it once", c.label, c.shown(to))
	}
	c.inside = append(c.inside, from)
	defer func() { c.inside = c.inside[:len(c.inside)-1] }()
	directories, err := c.copyFiles(from, to)
	if err != nil {
		return err
	}
	for i := range directories {
		d := &directories[i]
		if d.to, err = c.makeDirectory(path.Join(to, d.Name), d.Mode); err != nil {
			return err
		}
	}
	for _, d := range directories {
		if err := c.copyDirectory(d.from, d.to); err != nil {
			return err
		}
	}
	return nil
}

// copyFiles copies what is in a directory and no directory, and gives the
// directories.
func (c *copier) copyFiles(from, to string) (directories []entry, err error) {
	list, err := c.fs.ReadDir(from)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.label, err)
	}
	for _, i := range list {
		e := entry{Info: i, from: path.Join(from, i.Name)}
		if i.Type == scriptfs.Symlink && !c.keep {
			if err := c.copyDirlink(&e); err != nil {
				return nil, err
			}
		}
		if e.Type == scriptfs.Directory {
			directories = append(directories, e)
			continue
		}
		if err := c.copyFile(&e, path.Join(to, i.Name)); err != nil {
			return nil, err
		}
	}
	return directories, nil
}

// copyDirlink makes a link to a directory of the store that directory.
func (c *copier) copyDirlink(e *entry) error {
	dir, err := c.directoryOf(e.from, e.Target)
	if err != nil || dir == "" {
		return err
	}
	i, err := c.fs.Lstat(dir)
	if err != nil {
		return fmt.Errorf("%s: %w", c.label, err)
	}
	e.from, e.Type, e.Mode = dir, i.Type, i.Mode
	return nil
}

// copyFile copies a file or a link.
func (c *copier) copyFile(e *entry, to string) error {
	err := c.makeWay(e, to)
	if err != nil {
		return err
	}
	switch e.Type {
	case scriptfs.Symlink:
		err = c.fs.Symlink(e.Target, to)
	case scriptfs.Regular:
		err = c.fs.Clone(e.from, to, e.Mode)
	default:
		err = fmt.Errorf("%q is a %s, which no store object has", e.from, e.Type)
	}
	return c.gave(to, err)
}

// makeWay removes what is where a file or a link goes.
func (c *copier) makeWay(e *entry, to string) error {
	i, err := c.fs.Lstat(to)
	if errors.Is(nowhere(err), errNowhere) {
		return nil
	}
	if err == nil && i.Type == scriptfs.Directory {
		err = c.checkEmpty(e, to)
	}
	if err == nil {
		err = c.fs.Remove(to)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", c.label, err)
	}
	return nil
}

// checkEmpty is nil, or the error for a file that meets a directory which is
// not empty.
func (c *copier) checkEmpty(e *entry, to string) error {
	first := to
	for {
		list, err := c.fs.ReadDir(first)
		if err != nil {
			return err
		}
		if len(list) == 0 {
			break
		}
		first = path.Join(first, list[0].Name)
		if list[0].Type != scriptfs.Directory {
			break
		}
	}
	if first == to {
		return nil
	}
	remedy := "remove one of them from copy_to_root, or the path from one of them"
	if e.Type == scriptfs.Symlink && c.keep {
		if dir, err := c.directoryOf(e.from, e.Target); err == nil && dir != "" {
			remedy += ", or set keep_contents_dirlinks = False, which copies the directory that the link leads to"
		}
	}
	return fmt.Errorf("%q is a %s, but %s has %q, so that it must be a directory: %s", c.shown(to), e.Type, c.giver(first), c.shown(first), remedy)
}

// makeDirectory makes a directory unless it is there, and tells where its files
// go. What else is there is replaced.
func (c *copier) makeDirectory(to string, mode uint32) (string, error) {
	i, err := c.fs.Lstat(to)
	switch {
	case errors.Is(nowhere(err), errNowhere):
		return to, c.gave(to, c.fs.Mkdir(to, mode))
	case err != nil:
		return "", fmt.Errorf("%s: %w", c.label, err)
	case i.Type == scriptfs.Symlink && c.keep:
		dir, err := c.through(to, i.Target)
		if err != nil {
			return "", err
		}
		if dir != "" {
			return dir, c.setMode(dir, mode)
		}
	case i.Type == scriptfs.Directory:
		return to, c.setMode(to, mode)
	}
	err = c.fs.Remove(to)
	if err == nil {
		err = c.fs.Mkdir(to, mode)
	}
	return to, c.gave(to, err)
}

// through is the directory that the link at a path leads to in the image, or
// "" if it leads to none.
func (c *copier) through(to, target string) (string, error) {
	at, i, err := follow(path.Dir(c.shown(to)), target, c.inImage)
	switch {
	case errors.Is(err, errStore):
		return "", fmt.Errorf("%s: %q is a directory, but %s has the link %q -> %q, which leads into the store, where nothing can be added: remove one of them from copy_to_root, or set keep_contents_dirlinks = False", c.label, c.shown(to), c.giver(to), c.shown(to), target)
	case errors.Is(err, errNowhere) || err == nil && i.Type != scriptfs.Directory:
		return "", nil
	case err != nil:
		return "", fmt.Errorf("%s: %w", c.label, err)
	}
	dir := path.Join(c.dst, at)
	if _, err := c.fs.Lstat(dir); err != nil {
		return "", nil
	}
	return dir, nil
}

func (c *copier) setMode(dir string, mode uint32) error {
	if dir == c.dst {
		return nil
	}
	return c.gave(dir, c.fs.Chmod(dir, mode))
}

// giver is the label of the source that gave what is at a path.
func (c *copier) giver(at string) string {
	return cmp.Or(c.givers[at], "the layer")
}

// gave notes that the source has given what is at a path, unless that failed.
func (c *copier) gave(at string, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", c.label, err)
	}
	c.givers[at] = c.label
	return nil
}
