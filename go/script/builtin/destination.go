package builtin

import (
	"errors"
	"fmt"
	"strings"
	"syscall"

	"github.com/rules-strata/rules_strata/go/scriptfs"
)

// destination is where cp, mv, ln and install put things: each source under its own last name into a directory, or one source at a path.
type destination struct {
	sources []string
	// dir is the directory, "" when there is one source that goes to path.
	dir, path string
}

// placement is what the command line says about the destination.
type placement struct {
	operands []string
	// dir and hasDir are -t's value; noDir is -T.
	dir           string
	hasDir, noDir bool
	// linksAreFiles says that a symlink to a directory, as the last operand, is not a directory (ln -n).
	linksAreFiles bool
	// dirError words the error for a -t directory that is none.
	dirError func(dir string, err error) error
}

// destination finds out where the operands say that things go.
func (c *Context) destination(p placement) (destination, error) {
	switch {
	case p.hasDir && p.noDir:
		return destination{}, errors.New("cannot combine --target-directory and --no-target-directory")
	case len(p.operands) == 0:
		return destination{}, errors.New("missing file operand")
	case p.hasDir:
		if err := c.isDirectory(p.dir, false); err != nil {
			return destination{}, p.dirError(p.dir, err)
		}
		return destination{sources: p.operands, dir: p.dir}, nil
	case len(p.operands) == 1:
		return destination{}, fmt.Errorf("missing destination file operand after %s", quote(p.operands[0]))
	case p.noDir && len(p.operands) > 2:
		return destination{}, fmt.Errorf("extra operand %s", quote(p.operands[2]))
	}
	sources, last := p.operands[:len(p.operands)-1], p.operands[len(p.operands)-1]
	if p.noDir {
		return destination{sources: sources, path: last}, nil
	}
	err := c.isDirectory(last, p.linksAreFiles)
	switch {
	case err == nil:
		return destination{sources: sources, dir: last}, nil
	case len(sources) > 1:
		return destination{}, fmt.Errorf("target %s: %s", quote(last), reason(err))
	default:
		return destination{sources: sources, path: last}, nil
	}
}

// of returns where a source goes.
func (d destination) of(source string) string {
	if d.dir == "" {
		return d.path
	}
	return joinName(d.dir, lastName(source))
}

// isDirectory is nil for a directory, else the reason why it is none.
func (c *Context) isDirectory(path string, linksAreFiles bool) error {
	stat := c.FS.Stat
	if linksAreFiles {
		stat = c.FS.Lstat
	}
	info, err := stat(c.Path(path))
	if err == nil && info.Type != scriptfs.Directory {
		err = syscall.ENOTDIR
	}
	return err
}

// lastName is the last name of a path, its trailing slashes gone; "/" for the root, "" for an empty path.
func lastName(path string) string {
	trimmed := strings.TrimRight(path, "/")
	if trimmed == "" && path != "" {
		return "/"
	}
	return trimmed[strings.LastIndexByte(trimmed, '/')+1:]
}

// dirName is the path of the directory that a path's last name is in, as dirname prints it.
func dirName(path string) string {
	trimmed := strings.TrimRight(path, "/")
	at := strings.LastIndexByte(trimmed, '/')
	switch {
	case trimmed == "" && path != "":
		return "/"
	case at < 0:
		return "."
	}
	if dir := strings.TrimRight(trimmed[:at], "/"); dir != "" {
		return dir
	}
	return "/"
}

// sameName says whether two paths name one entry of one directory.
func (c *Context) sameName(a, b string) bool {
	if lastName(a) != lastName(b) {
		return false
	}
	dirA, errA := c.FS.Stat(c.Path(dirName(a)))
	dirB, errB := c.FS.Stat(c.Path(dirName(b)))
	return errA == nil && errB == nil && dirA.Ino == dirB.Ino
}
