package builtin

import (
	"errors"
	"io"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/rules-strata/rules_strata/go/scriptfs"
)

// tarExtractor unpacks an archive.
type tarExtractor struct {
	*tarRun
	dir *Context
	// owners says whether members keep their owners, modes whether they keep their modes whatever the umask.
	owners, modes bool
	accounts      accounts
	// outward are the symlinks of this archive that lead out of the directory, by path: nothing is unpacked through them.
	outward map[string]string
	// times are those of directories, set at the end, since unpacking changes them.
	times []func() error
}

// extract unpacks the members. One that cannot be unpacked is reported, and the others are unpacked nonetheless.
func (r *tarRun) extract() error {
	x := &tarExtractor{tarRun: r, dir: r.c.in(r.directory), accounts: r.c.accounts(), outward: map[string]string{}}
	x.owners = r.c.Privileged && r.o.last("same-owner", "o") != "o"
	x.modes = r.o.last("p", "no-same-permissions") == "p" || r.c.Privileged && r.o.last("p", "no-same-permissions") == ""
	if info, err := r.c.FS.Stat(r.directory); err != nil || info.Type != scriptfs.Directory {
		if err == nil {
			err = syscall.ENOTDIR
		}
		return errors.New(r.directoryOption + ": Cannot open: " + reason(err))
	}
	if err := r.read(x.member); err != nil {
		return err
	}
	for _, set := range x.times {
		if err := set(); err != nil {
			return err
		}
	}
	return nil
}

func (x *tarExtractor) member(m tarMember, content io.Reader) error {
	if x.o.has("O") {
		if m.kind == tarFile {
			_, err := io.Copy(x.c.Stdout, content)
			return err
		}
		return nil
	}
	whole := m.name
	if !x.o.has("P") && hasDotDot(m.name) {
		x.warn("%s: Member name contains '..': not unpacked", shownName(m.name))
		return nil
	}
	m.name = stripComponents(x.safeName(m.name, "member names"), x.strip)
	if m.kind == tarHardLink {
		m.link = stripComponents(x.safeName(m.link, "hard link targets"), x.strip)
	}
	if m.name == "" {
		return nil
	}
	if through := x.throughLink(m); through != "" {
		x.warn("%s: goes through %s, a symlink of the archive that leads out of the directory: not unpacked", shownName(whole), through)
		return nil
	}
	x.show(x.listing, x.verbose, m)
	if err := x.unpack(m, content); err != nil {
		x.warn("%s: %s", shownName(m.name), reason(err))
	}
	return nil
}

// unpack makes one member.
func (x *tarExtractor) unpack(m tarMember, content io.Reader) error {
	path := x.dir.Path(strings.TrimRight(m.name, "/"))
	if m.name == "/" {
		path = "/"
	}
	if err := x.makeParents(path); err != nil {
		return cannot("open", err)
	}
	if m.kind == tarDirectory {
		return x.directoryMember(m, path)
	}
	if there, err := x.c.FS.Lstat(path); err == nil {
		if x.o.has("skip-old-files") {
			return nil
		}
		if x.o.has("k") {
			return cannot("open", syscall.EEXIST)
		}
		if m.kind == tarHardLink && x.sameInode(there, m.link) {
			return nil
		}
		if err := x.remove(path); err != nil {
			return cannot("open", err)
		}
	}
	delete(x.outward, cleanMember(m.name))
	if err := x.make(m, path, content); err != nil || m.kind == tarHardLink {
		return err
	}
	return x.finish(m, path)
}

// make makes what is no directory.
func (x *tarExtractor) make(m tarMember, path string, content io.Reader) error {
	switch m.kind {
	case tarSymlink:
		if strings.HasPrefix(m.link, "/") || hasDotDot(m.link) {
			x.outward[cleanMember(m.name)] = m.link
		}
		return cannot("create symlink to '"+shownName(m.link)+"'", x.c.FS.Symlink(m.link, path))
	case tarHardLink:
		if err := x.c.FS.Link(x.dir.Path(m.link), path); err != nil {
			return cannot("hard link to '"+shownName(m.link)+"'", err)
		}
		return nil
	case tarFile:
		f, err := x.c.FS.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return cannot("open", err)
		}
		_, err = io.Copy(f, content)
		return errors.Join(err, f.Close())
	}
	kind := map[byte]scriptfs.Type{tarChar: scriptfs.CharDevice, tarBlockDev: scriptfs.BlockDevice, tarFIFO: scriptfs.FIFO}[m.kind]
	if kind != scriptfs.FIFO && !x.c.Privileged {
		return tarError("Cannot mknod: Operation not permitted " + privilegeHint)
	}
	return cannot("mknod", x.c.FS.Mknod(path, kind, 0o600, m.major, m.minor))
}

// cannot words an error as GNU tar does.
func cannot(do string, err error) error {
	if err == nil {
		return nil
	}
	return tarError("Cannot " + do + ": " + reason(err))
}

// directoryMember makes a directory, or takes one that is there.
func (x *tarExtractor) directoryMember(m tarMember, path string) error {
	there, err := x.c.FS.Lstat(path)
	if err == nil && there.Type == scriptfs.Symlink {
		target, err := x.c.FS.Stat(path)
		if err == nil && target.Type == scriptfs.Directory && x.o.has("keep-directory-symlink") {
			return nil
		}
	}
	switch {
	case err == nil && (x.o.has("k") || x.o.has("skip-old-files")):
		return nil
	case err == nil && there.Type == scriptfs.Directory:
	case err == nil:
		if err := x.remove(path); err != nil {
			return cannot("mkdir", err)
		}
		fallthrough
	default:
		delete(x.outward, cleanMember(m.name))
		if err := x.c.FS.Mkdir(path, 0o700); err != nil {
			return cannot("mkdir", err)
		}
	}
	return x.finish(m, path)
}

// finish gives a member its owner, mode and time.
func (x *tarExtractor) finish(m tarMember, path string) error {
	if x.owners {
		uid, gid := m.uid, m.gid
		if !x.o.has("numeric-owner") {
			if a, ok := byName(x.accounts.users, m.uname); ok && m.uname != "" {
				uid = a.id
			}
			if a, ok := byName(x.accounts.groups, m.gname); ok && m.gname != "" {
				gid = a.id
			}
		}
		if err := x.c.FS.Lchown(path, uid, gid); err != nil {
			return cannot("change ownership to uid, gid", err)
		}
	}
	if m.kind == tarSymlink {
		return nil
	}
	mode := m.mode
	if !x.modes {
		mode &= 0o777 &^ x.c.Umask
	}
	if err := x.c.FS.Chmod(path, mode); err != nil || x.o.has("m") {
		return err
	}
	set := func() error { return x.c.FS.Chtimes(path, time.Unix(m.mtime, 0)) }
	if m.kind == tarDirectory {
		x.times = append(x.times, set)
		return nil
	}
	return set()
}
