package builtin

import "github.com/rules-strata/rules_strata/go/scriptfs"

// chownRun is one run of chown or chgrp.
type chownRun struct {
	c        *Context
	accounts accounts
	to       ownerSpec
	// from limits the change to files that have this owner and group.
	from ownerSpec
	// links says that symlinks themselves are changed, not what they lead to.
	links                   bool
	verbose, changes, quiet bool
}

// ownerOptions are the options that chown and chgrp share.
var ownerOptions = []string{
	"R,recursive", "h,no-dereference", "dereference", "H", "L", "P", "reference=", "v,verbose", "c,changes", "f,silent,quiet",
	"preserve-root", "no-preserve-root",
}

func chown(c *Context) int {
	o, err := parseOptions(c.Args, append([]string{"from="}, ownerOptions...)...)
	if err != nil {
		return c.Fail(usageStatus, "%v", err)
	}
	r := newChownRun(c, o)
	if text, ok := o.value("from"); ok {
		if r.from, err = r.ownerSpec(text); err != nil {
			return c.Fail(1, "%v", err)
		}
	}
	return r.run(o, r.ownerSpec)
}

func chgrp(c *Context) int {
	o, err := parseOptions(c.Args, ownerOptions...)
	if err != nil {
		return c.Fail(usageStatus, "%v", err)
	}
	r := newChownRun(c, o)
	return r.run(o, r.accounts.parseGroup)
}

func newChownRun(c *Context, o *options) *chownRun {
	verbosity := o.last("v", "c")
	return &chownRun{
		c: c, accounts: c.accounts(), from: ownerSpec{uid: noID, gid: noID},
		verbose: verbosity == "v", changes: verbosity == "c", quiet: o.has("f"),
	}
}

// ownerSpec parses an owner argument and passes its warning on.
func (r *chownRun) ownerSpec(text string) (ownerSpec, error) {
	spec, warning, err := r.accounts.parseOwnerSpec(text)
	if warning != "" {
		r.c.Errorf("%s", warning)
	}
	return spec, err
}

// run reads the new owner with parse, from the first operand unless a reference gives it, and changes the files.
func (r *chownRun) run(o *options, parse func(string) (ownerSpec, error)) int {
	policy, status := r.linkPolicy(o)
	if status != 0 {
		return status
	}
	operands := o.args
	reference, byReference := o.value("reference")
	switch {
	case len(operands) == 0:
		return r.c.Fail(1, "missing operand")
	case byReference:
		info, err := r.c.FS.Stat(r.c.Path(reference))
		if err != nil {
			return r.c.Fail(1, "failed to get attributes of %s: %s", quote(reference), reason(err))
		}
		r.to = r.referenceSpec(info)
	case len(operands) == 1:
		return r.c.Fail(1, "missing operand after %s", quote(operands[0]))
	default:
		var err error
		if r.to, err = parse(operands[0]); err != nil {
			return r.c.Fail(1, "%v", err)
		}
		operands = operands[1:]
	}
	walk := &treeWalk{
		c: r.c, recurse: o.has("R"), links: policy, dirsAfter: true, visit: r.visit, missing: r.missing, unreadable: r.unreadable,
	}
	ok := true
	for _, path := range operands {
		if o.has("R") && o.has("preserve-root") && r.c.isRoot(path) {
			r.c.Errorf("it is dangerous to operate recursively on '/'")
			ok = false
			continue
		}
		ok = walk.argument(path) && ok
	}
	return exitStatus(ok)
}

// linkPolicy finds out which symlinks the walk follows, and whether it changes links themselves.
func (r *chownRun) linkPolicy(o *options) (linkPolicy, int) {
	dereference := o.last("h", "dereference")
	r.links = dereference == "h"
	if !o.has("R") {
		return followNone, 0
	}
	switch o.last("H", "L", "P") {
	case "H":
		return followArguments, 0
	case "L":
		return followAll, 0
	}
	if dereference == "dereference" {
		return 0, r.c.Fail(1, "-R --dereference requires either -H or -L")
	}
	r.links = true
	return followNone, 0
}

// referenceSpec is the owner that a reference file has; chgrp takes only its group.
func (r *chownRun) referenceSpec(info scriptfs.Info) ownerSpec {
	spec := ownerSpec{uid: noID, gid: info.GID, group: nameOf(r.accounts.groups, info.GID), hasGroup: true}
	if r.c.Name() != "chgrp" {
		spec.uid, spec.user, spec.hasUser = info.UID, nameOf(r.accounts.users, info.UID), true
	}
	return spec
}

func (r *chownRun) visit(path string, info scriptfs.Info, _ bool) bool {
	follow := !r.links
	if info.Type == scriptfs.Symlink && follow {
		target, err := r.c.FS.Stat(r.c.Path(path))
		if err != nil {
			r.describeFailure(path, nil)
			return r.fail("cannot dereference %s: %s", quote(path), reason(err))
		}
		info = target
	}
	if !matches(r.from.uid, info.UID) || !matches(r.from.gid, info.GID) {
		r.describe(path, info, false)
		return true
	}
	if err := r.c.chown(path, info, r.to.uid, r.to.gid, follow); err != nil {
		r.describeFailure(path, &info)
		what := "ownership"
		if r.to.uid == noID && r.to.gid != noID {
			what = "group"
		}
		return r.fail("changing %s of %s: %s", what, quote(path), reason(err))
	}
	r.describe(path, info, !matches(r.to.uid, info.UID) || !matches(r.to.gid, info.GID))
	return true
}

// matches says whether an ID is the wanted one, where one is wanted.
func matches(wanted, id int64) bool { return wanted == noID || wanted == id }

// describe writes what -v and -c show of a file.
func (r *chownRun) describe(path string, before scriptfs.Info, changed bool) {
	if !r.verbose && (!r.changes || !changed) {
		return
	}
	old := r.to.ownerText(nameOf(r.accounts.users, before.UID), nameOf(r.accounts.groups, before.GID))
	switch {
	case changed:
		r.c.Printf("changed %s of %s from %s to %s\n", r.what(), quote(path), old, r.to.ownerText(r.to.user, r.to.group))
	case r.to.hasUser || r.to.hasGroup:
		r.c.Printf("%s of %s retained as %s\n", r.what(), quote(path), old)
	default:
		r.c.Printf("ownership of %s retained\n", quote(path))
	}
}

// describeFailure writes what -v shows of a file that could not be changed; before is nil where its owner is unknown.
func (r *chownRun) describeFailure(path string, before *scriptfs.Info) {
	if !r.verbose {
		return
	}
	from := ""
	if before != nil {
		from = " from " + r.to.ownerText(nameOf(r.accounts.users, before.UID), nameOf(r.accounts.groups, before.GID))
	}
	r.c.Printf("failed to change %s of %s%s to %s\n", r.what(), quote(path), from, r.to.ownerText(r.to.user, r.to.group))
}

// what the messages say is changed.
func (r *chownRun) what() string {
	if r.to.hasGroup && !r.to.hasUser {
		return "group"
	}
	return "ownership"
}

func (r *chownRun) missing(path string, err error, dangling bool) bool {
	r.describeFailure(path, nil)
	if dangling {
		return r.fail("cannot dereference %s: %s", quote(path), reason(err))
	}
	return r.fail("cannot access %s: %s", quote(path), reason(err))
}

func (r *chownRun) unreadable(path string, err error) bool {
	return r.fail("cannot read directory %s: %s", quote(path), reason(err))
}

// fail writes a message unless -f was given; the run has failed either way.
func (r *chownRun) fail(format string, args ...any) bool {
	if !r.quiet {
		r.c.Errorf(format, args...)
	}
	return false
}

// chown changes the owner of the file whose state is info, or reports that this needs root's rights: without them a file cannot be given
// away. noID leaves one alone. Files keep setuid and setgid, which the tree takes away as a kernel does: fakeroot only notes the new owner.
func (c *Context) chown(path string, info scriptfs.Info, uid, gid int64, follow bool) error {
	if !c.Privileged && (!matches(uid, info.UID) || !matches(gid, info.GID)) {
		return errPrivilege
	}
	change := c.FS.Lchown
	if follow {
		change = c.FS.Chown
	}
	if err := change(c.Path(path), uid, gid); err != nil {
		return err
	}
	if info.Type == scriptfs.Regular && info.Mode&(setUID|setGID) != 0 {
		return c.FS.Chmod(c.Path(path), info.Mode)
	}
	return nil
}
