package builtin

import (
	"errors"
	"strings"
	"syscall"

	"github.com/rules-strata/rules_strata/go/scriptfs"
)

func mkdir(c *Context) int {
	o, err := parseOptions(c.Args, "p,parents", "m,mode=", "v,verbose")
	if err != nil {
		return c.Fail(usageStatus, "%v", err)
	}
	if len(o.args) == 0 {
		return c.Fail(1, "missing operand")
	}
	m := &dirMaker{c: c, mode: 0o777 &^ c.Umask, parentMode: 0o777&^c.Umask | 0o300}
	if o.has("v") {
		m.made = func(path string) { c.Printf("%s: created directory %s\n", c.Name(), quote(path)) }
	}
	if text, ok := o.value("m"); ok {
		change, err := parseMode(text)
		if err != nil {
			return c.Fail(1, "%v", err)
		}
		m.mode = newDirMode(change, c.Umask)
	}
	ok := true
	for _, path := range o.args {
		failed := path
		if o.has("p") {
			_, err = m.all(path)
			failed = m.failed
		} else {
			err = m.make(path, m.mode)
		}
		if err != nil {
			c.Errorf("cannot create directory %s: %s", quote(failed), reason(err))
			ok = false
		}
	}
	return exitStatus(ok)
}

// newDirMode is the mode that -m gives a new directory. GNU makes one with special bits closed to other writers first, and opens it only
// when that leaves bits wrong that the mode names: "a+t" makes 1755, not 1777.
func newDirMode(change modeChange, umask uint32) uint32 {
	mode, bits := change.applyBits(0o777, true, umask)
	made := mode
	if bits&(setUID|setGID)|mode&sticky != 0 {
		made &^= 0o022
	}
	if (made^mode)&bits == 0 {
		return made
	}
	return mode
}

// dirMaker makes directories.
type dirMaker struct {
	c *Context
	// mode is what the named directory gets, parentMode what those get that are made on the way to it.
	mode, parentMode uint32
	// made is told of every directory that was made.
	made func(path string)
	// failed is the path that all could not make.
	failed string
}

func (m *dirMaker) make(path string, mode uint32) error {
	if err := m.c.FS.Mkdir(m.c.Path(path), mode); err != nil {
		return err
	}
	if m.made != nil {
		m.made(path)
	}
	return nil
}

// all makes a directory and those above it that are missing; created says whether it was not there before.
func (m *dirMaker) all(path string) (created bool, err error) {
	for at := 1; at < len(path); at++ {
		if path[at] != '/' || path[at-1] == '/' || strings.Trim(path[at:], "/") == "" {
			continue
		}
		m.failed = path[:at]
		if _, err := m.ensure(m.failed, m.parentMode); err != nil {
			switch there, statErr := m.c.FS.Stat(m.c.Path(m.failed)); {
			case statErr == nil && there.Type != scriptfs.Directory:
				err = syscall.ENOTDIR
			case statErr != nil && !errors.Is(statErr, syscall.ENOENT):
				err = statErr
			}
			return false, err
		}
	}
	m.failed = path
	return m.ensure(path, m.mode)
}

// ensure makes a directory unless it is there.
func (m *dirMaker) ensure(path string, mode uint32) (created bool, err error) {
	err = m.make(path, mode)
	if err == nil {
		return true, nil
	}
	if info, statErr := m.c.FS.Stat(m.c.Path(path)); statErr == nil && info.Type == scriptfs.Directory {
		return false, nil
	}
	return false, err
}
