package builtin

import (
	"fmt"
	"slices"
	"strings"
	"syscall"

	"github.com/rules-strata/rules_strata/go/scriptfs"
)

// cpOptions are all options of cp that are supported.
var cpOptions = []string{
	"a,archive", "d", "f,force", "H", "l,link", "L,dereference", "n,no-clobber", "P,no-dereference", "p", "preserve?", "no-preserve=",
	"attributes-only", "parents", "R,r,recursive", "reflink?", "remove-destination", "sparse=", "strip-trailing-slashes", "s,symbolic-link", "t,target-directory=",
	"T,no-target-directory", "u", "update?", "v,verbose", "x,one-file-system",
}

func cp(c *Context) int {
	o, err := parseOptions(c.Args, append(slices.Clone(cpOptions), backupOptions...)...)
	if err != nil {
		return c.Fail(usageStatus, "%v", err)
	}
	k := newCopier(c)
	if err := k.configure(o); err != nil {
		return c.Fail(1, "%v", err)
	}
	p := placement{operands: o.args, noDir: o.has("T"), dirError: targetDirectoryError}
	p.dir, p.hasDir = o.value("t")
	if o.has("strip-trailing-slashes") {
		p.operands = stripSlashes(p.operands)
	}
	to, err := c.destination(p)
	if err != nil {
		return c.Fail(1, "%v", err)
	}
	if o.has("parents") && to.dir == "" {
		return c.Fail(1, "with --parents, the destination must be a directory")
	}
	ok := true
	for _, source := range to.sources {
		target := to.of(source)
		if o.has("parents") {
			target = joinName(to.dir, strings.TrimLeft(strings.TrimRight(source, "/"), "/"))
			if !k.parents(source, to.dir) {
				ok = false
				continue
			}
		} else if to.dir != "" && lastName(source) == ".." {
			// What is in a parent goes into the directory itself, not above it.
			target = to.dir
		}
		ok = k.argument(source, target) && ok
	}
	return exitStatus(ok)
}

func targetDirectoryError(dir string, err error) error {
	return fmt.Errorf("target directory %s: %s", quote(dir), reason(err))
}

// stripSlashes takes trailing slashes off paths.
func stripSlashes(paths []string) []string {
	stripped := make([]string, len(paths))
	for i, p := range paths {
		stripped[i] = strings.TrimRight(p, "/")
		if stripped[i] == "" && p != "" {
			stripped[i] = "/"
		}
	}
	return stripped
}

// configure takes the options over, in their order.
func (k *copier) configure(o *options) error {
	for _, g := range o.given {
		switch g.name {
		case "a":
			k.links, k.recursive = followNone, true
			k.preserve = preserved{mode: true, owner: true, time: true, links: true, xattr: true}
		case "d":
			k.links, k.preserve.links = followNone, true
		case "H", "L", "P":
			k.links = linkPolicy(g.name[0])
		case "R":
			k.recursive = true
		case "p":
			k.preserve.mode, k.preserve.owner, k.preserve.time = true, true, true
			k.defaultMode = false
		case "preserve", "no-preserve":
			list := g.value
			if !g.hasValue {
				list = "mode,ownership,timestamps"
			}
			if err := k.setPreserved(list, g.name); err != nil {
				return err
			}
		case "reflink", "sparse":
			if err := checkWhen(g); err != nil {
				return err
			}
		case "u", "update":
			if err := k.setUpdate(g); err != nil {
				return err
			}
		}
	}
	k.force, k.removeFirst, k.noClobber, k.verbose = o.has("f"), o.has("remove-destination"), k.noClobber || o.has("n"), o.has("v")
	k.hardLink, k.symbolicLink, k.attributesOnly = o.has("l"), o.has("s"), o.has("attributes-only")
	var err error
	if k.backups, err = newBackups(k.c, o); err != nil {
		return err
	}
	if k.noClobber && k.backups.wanted() {
		return fmt.Errorf("options --backup and --no-clobber are mutually exclusive")
	}
	if k.hardLink && k.symbolicLink {
		return fmt.Errorf("cannot make both hard and symbolic links")
	}
	if k.links == 0 {
		k.links = followAll
		if k.recursive && !k.hardLink {
			k.links = followNone
		}
	}
	return nil
}

// setPreserved turns attributes of --preserve on or of --no-preserve off.
func (k *copier) setPreserved(list, option string) error {
	on := option == "preserve"
	for name := range strings.SplitSeq(list, ",") {
		switch name {
		case "mode":
			k.preserve.mode, k.defaultMode = on, !on
		case "ownership":
			k.preserve.owner = on
		case "timestamps":
			k.preserve.time = on
		case "links":
			k.preserve.links = on
		case "xattr":
			k.preserve.xattr = on
		case "all":
			k.preserve = preserved{mode: on, owner: on, time: on, links: on, xattr: on}
			k.defaultMode = !on
		default:
			return fmt.Errorf("invalid argument %s for '--%s': these are supported: mode, ownership, timestamps, links, xattr, all",
				quote(name), option)
		}
	}
	return nil
}

// checkWhen checks the value of an option that says when to use a technique that results do not show.
func checkWhen(g givenOption) error {
	switch g.value {
	case "auto", "always", "never":
		return nil
	case "":
		if !g.hasValue {
			return nil
		}
	}
	return fmt.Errorf("invalid argument %s for '--%s': these are supported: auto, always, never", quote(g.value), g.name)
}

// setUpdate takes -u over: which files that are there already are replaced.
func (k *copier) setUpdate(g givenOption) error {
	switch {
	case !g.hasValue, g.value == "older":
		k.update = true
	case g.value == "none":
		k.noClobber = true
	case g.value == "all":
		k.update, k.noClobber = false, false
	default:
		return fmt.Errorf("invalid argument %s for '--update': these are supported: all, none, older", quote(g.value))
	}
	return nil
}

// parents makes the directories above a source below dir, with the attributes of those that they are copied from (cp --parents).
func (k *copier) parents(source, dir string) bool {
	names := strings.Split(dirName(strings.TrimLeft(strings.TrimRight(source, "/"), "/")), "/")
	from := ""
	if strings.HasPrefix(source, "/") {
		from = "/"
	}
	to := dir
	for _, name := range names {
		if name == "." || name == "" {
			continue
		}
		if from == "" {
			from = name
		} else {
			from = joinName(from, name)
		}
		to = joinName(to, name)
		there, err := k.c.FS.Stat(k.c.Path(to))
		switch {
		case err == nil && there.Type == scriptfs.Directory:
			continue
		case err == nil:
			return k.fail("%s exists but is not a directory", quote(to))
		}
		info, err := k.c.FS.Stat(k.c.Path(from))
		if err == nil && info.Type != scriptfs.Directory {
			err = syscall.ENOTDIR
		}
		if err != nil {
			return k.fail("failed to get attributes of %s: %s", quote(from), reason(err))
		}
		if err := k.c.FS.Mkdir(k.c.Path(to), k.newMode(info)); err != nil {
			return k.fail("cannot make directory %s: %s", quote(to), reason(err))
		}
		if k.verbose {
			k.c.Printf("%s -> %s\n", from, to)
		}
		if !k.attributes(from, to, info) {
			return false
		}
	}
	return true
}
