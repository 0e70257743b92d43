package builtin

import (
	"fmt"
	"strings"
)

// installRun is one run of install.
type installRun struct {
	c *Context
	// mode is that of files.
	mode uint32
	// dirMode is that of directories, dirBits are those of its bits that directories get which are there already.
	dirMode, dirBits uint32
	// uid and gid are noID where they stay.
	uid, gid int64
	// parents makes missing directories (-D), compare leaves files alone that are as they should be (-C), times keeps the source's time (-p).
	parents, compare, times, verbose bool
	// made are the files that this run has installed.
	made    map[uint64]bool
	backups backups
}

func install(c *Context) int {
	o, err := parseOptions(c.Args, append([]string{"c", "C,compare", "d,directory", "D", "g,group=", "m,mode=", "o,owner=",
		"p,preserve-timestamps", "t,target-directory=", "T,no-target-directory", "v,verbose"}, backupOptions...)...)
	if err != nil {
		return c.Fail(usageStatus, "%v", err)
	}
	r := &installRun{
		c: c, mode: 0o755, dirMode: 0o755, dirBits: allBits, uid: noID, gid: noID,
		parents: o.has("D"), compare: o.has("C"), times: o.has("p"), verbose: o.has("v"), made: map[uint64]bool{},
	}
	if r.backups, err = newBackups(c, o); err != nil {
		return c.Fail(1, "%v", err)
	}
	if err := r.attributes(o); err != nil {
		return c.Fail(1, "%v", err)
	}
	if o.has("d") {
		return r.directories(o)
	}
	p := placement{operands: o.args, noDir: o.has("T"), dirError: installDirectoryError}
	p.dir, p.hasDir = o.value("t")
	if r.parents && p.hasDir && len(p.operands) > 0 && !p.noDir {
		if err := r.makeParents(joinName(p.dir, "x")); err != nil {
			return c.Fail(1, "%v", err)
		}
	}
	to, err := c.destination(p)
	if err != nil {
		return c.Fail(1, "%v", err)
	}
	ok := true
	for _, source := range to.sources {
		if err := r.file(source, to.of(source), to.dir == ""); err != nil {
			c.Errorf("%v", err)
			ok = false
		}
	}
	return exitStatus(ok)
}

func installDirectoryError(dir string, err error) error {
	return fmt.Errorf("failed to access %s: %s", quote(dir), reason(err))
}

// attributes reads mode, owner and group.
func (r *installRun) attributes(o *options) error {
	if text, ok := o.value("m"); ok {
		change, err := parseMode(text)
		if err != nil {
			return err
		}
		r.mode = change.apply(0, false, 0)
		r.dirMode, r.dirBits = change.applyBits(0, true, 0)
	}
	accounts := r.c.accounts()
	if name, ok := o.value("o"); ok {
		if r.uid, ok = idOf(accounts.users, name); !ok {
			return fmt.Errorf("invalid user %s", quote(name))
		}
	}
	if name, ok := o.value("g"); ok {
		if r.gid, ok = idOf(accounts.groups, name); !ok {
			return fmt.Errorf("invalid group %s", quote(name))
		}
	}
	return nil
}

// directories makes all operands directories (-d).
func (r *installRun) directories(o *options) int {
	switch {
	case o.has("t"):
		return r.c.Fail(1, "target directory not allowed when installing a directory")
	case len(o.args) == 0:
		return r.c.Fail(1, "missing file operand")
	}
	ok := true
	for _, path := range o.args {
		m := r.dirMaker()
		m.mode = 0o755
		created, err := m.all(path)
		if err != nil {
			r.c.Errorf("cannot create directory %s: %s", quote(m.failed), reason(err))
			ok = false
			continue
		}
		if err := r.ownDirectory(path, created); err != nil {
			r.c.Errorf("%v", err)
			ok = false
		}
	}
	return exitStatus(ok)
}

// dirMaker makes directories and announces them.
func (r *installRun) dirMaker() *dirMaker {
	m := &dirMaker{c: r.c, mode: 0o755, parentMode: 0o755}
	if r.verbose {
		m.made = func(path string) { r.c.Printf("%s: creating directory %s\n", r.c.Name(), quote(path)) }
	}
	return m
}

// makeParents makes the directories above a path (-D).
func (r *installRun) makeParents(path string) error {
	trimmed := strings.TrimRight(path, "/")
	at := strings.LastIndexByte(trimmed, '/')
	if at <= 0 {
		return nil
	}
	m := r.dirMaker()
	if _, err := m.all(trimmed[:at]); err != nil {
		return fmt.Errorf("cannot create directory %s: %s", quote(m.failed), reason(err))
	}
	return nil
}

// ownDirectory gives a directory its owner and mode; one that was there already keeps the bits that the mode says nothing about.
func (r *installRun) ownDirectory(path string, created bool) error {
	if created {
		return r.own(path, r.dirMode)
	}
	info, err := r.c.FS.Stat(r.c.Path(path))
	if err != nil {
		return fmt.Errorf("cannot access %s: %s", quote(path), reason(err))
	}
	return r.own(path, info.Mode&^r.dirBits|r.dirMode&r.dirBits)
}
