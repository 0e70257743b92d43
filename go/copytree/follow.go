package copytree

import (
	"errors"
	"fmt"
	"path"
	"strings"
	"syscall"

	"github.com/rules-strata/rules_strata/go/scriptfs"
)

// maxLinks is how many links are followed one after the other, as in Linux.
const maxLinks = 40

var (
	// errNowhere says that a path leads to nothing.
	errNowhere = errors.New("it leads to nothing")
	// errStore says that a path of the image leads into the store.
	errStore = errors.New("it leads into the store")
)

// lookup describes what is at a path that has no links in it, a link itself.
type lookup func(at string) (scriptfs.Info, error)

// follow is where target leads as a path that is used in the directory dir: a
// path without links, and what is there. dir itself has no links in it.
func follow(dir, target string, look lookup) (string, scriptfs.Info, error) {
	at, rest := start(dir, target), strings.Split(target, "/")
	i := scriptfs.Info{Type: scriptfs.Directory}
	for links := 0; len(rest) > 0; {
		name := rest[0]
		rest = rest[1:]
		if i.Type != scriptfs.Directory {
			return "", i, errNowhere
		}
		switch name {
		case "", ".":
			continue
		case "..":
			at = path.Dir(at)
			continue
		}
		next := path.Join(at, name)
		var err error
		if i, err = look(next); err != nil {
			return "", i, nowhere(err)
		}
		if i.Type != scriptfs.Symlink {
			at = next
			continue
		}
		if links++; links > maxLinks {
			return "", i, errNowhere
		}
		at = start(at, i.Target)
		rest = append(strings.Split(i.Target, "/"), rest...)
		i = scriptfs.Info{Type: scriptfs.Directory}
	}
	return at, i, nil
}

// start is the directory from which a path is followed.
func start(dir, target string) string {
	if path.IsAbs(target) {
		return "/"
	}
	return dir
}

// nowhere is errNowhere for the errors that a path gives which leads nowhere.
func nowhere(err error) error {
	for _, e := range []error{syscall.ENOENT, syscall.ENOTDIR, syscall.ENAMETOOLONG} {
		if errors.Is(err, e) {
			return errNowhere
		}
	}
	return err
}

// inStore looks at what the store shows. There is nothing beside it.
func (c *copier) inStore(at string) (scriptfs.Info, error) {
	switch {
	case below(c.storeDir, at):
		return scriptfs.Info{Type: scriptfs.Directory}, nil
	case !below(at, c.storeDir):
		return scriptfs.Info{}, errNowhere
	}
	return c.fs.Lstat(at)
}

// inImage looks at the directory that is filled as "/". What is above the
// store is there in every image.
func (c *copier) inImage(at string) (scriptfs.Info, error) {
	if below(at, c.storeDir) {
		return scriptfs.Info{}, errStore
	}
	i, err := c.fs.Lstat(path.Join(c.dst, at))
	if err != nil && below(c.storeDir, at) {
		return scriptfs.Info{Type: scriptfs.Directory}, nil
	}
	return i, err
}

// shown is a path below dst as the image has it.
func (c *copier) shown(at string) string {
	return path.Join("/", strings.TrimPrefix(at, c.dst))
}

// directoryOf is the directory of an object that the link at a path of the
// store leads to, or "". Links that lead to the store itself, or out of it,
// lead to no object.
func (c *copier) directoryOf(at, target string) (string, error) {
	to, i, err := follow(path.Dir(at), target, c.inStore)
	switch {
	case errors.Is(err, errNowhere):
		return "", nil
	case err != nil:
		return "", fmt.Errorf("%s: %w", c.label, err)
	case i.Type != scriptfs.Directory || below(c.storeDir, to):
		return "", nil
	}
	for _, dir := range c.inside {
		if below(dir, to) {
			return "", fmt.Errorf("%s: the link %q -> %q leads back to a directory that it is in, so that copying what it leads to never ends: remove the link, or set keep_contents_dirlinks = True, which keeps links to directories", c.label, at, target)
		}
	}
	return to, nil
}

// below says whether a path is dir or in it.
func below(at, dir string) bool {
	return at == dir || dir == "/" || strings.HasPrefix(at, dir+"/")
}
