package rootfs

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"syscall"
	"time"
)

// directory makes a directory, or gives one that is there the entry's
// attributes, which are set on disk at the end.
func (u *unpacker) directory(p place, hdr *tar.Header) error {
	n := p.parent.children[p.base]
	if n == nil || n.kind != directory {
		root, err := u.vacate(p, directory)
		if err != nil {
			return err
		}
		if err := root.Mkdir(p.base, 0o700); err != nil {
			return u.explain(err, 0)
		}
		n = impliedDirectory(u.layer)
		p.parent.children[p.base] = n
	}
	n.layer, n.attr = u.layer, u.attributesOf(hdr)
	if u.attributes == nil {
		return nil
	}
	root, err := u.open(p.parent, p.parts[:len(p.parts)-1])
	if err != nil {
		return err
	}
	return u.keep(root, p.base, hdr)
}

func (u *unpacker) regular(p place, hdr *tar.Header, content io.Reader) error {
	root, err := u.vacate(p, regular)
	if err != nil {
		return err
	}
	f, err := root.OpenFile(p.base, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return u.explain(err, hdr.Size)
	}
	p.parent.children[p.base] = &node{kind: regular, layer: u.layer}
	attr := u.attributesOf(hdr)
	// Without the wrapper, the file would read by itself with a buffer of its
	// own.
	_, err = io.CopyBuffer(struct{ io.Writer }{f}, content, u.buffer)
	if err == nil && u.owned(attr) {
		err = u.chown(root, p.base, attr)
	}
	if err == nil {
		err = f.Chmod(attr.mode) // after the owner: changing that clears bits
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return u.explain(err, hdr.Size)
	}
	if err := u.keep(root, p.base, hdr); err != nil {
		return err
	}
	return setTime(root, p.base, attr.modTime)
}

func (u *unpacker) symlink(p place, hdr *tar.Header) error {
	root, err := u.vacate(p, symlink)
	if err != nil {
		return err
	}
	if err := root.Symlink(hdr.Linkname, p.base); err != nil {
		return u.explain(err, 0)
	}
	p.parent.children[p.base] = &node{kind: symlink, layer: u.layer, target: hdr.Linkname}
	if attr := u.attributesOf(hdr); u.owned(attr) {
		return u.chown(root, p.base, attr)
	}
	return u.keep(root, p.base, hdr)
}

func (u *unpacker) hardLink(p place, hdr *tar.Header) error {
	parts, err := split(hdr.Linkname)
	if err != nil {
		return fmt.Errorf("hard link to %s: %w", quote(hdr.Linkname), err)
	}
	target, err := u.find(parts)
	if err != nil {
		return fmt.Errorf("hard link to %s: %w: a hard link needs an earlier file", quote(hdr.Linkname), err)
	}
	if target == p.parent.children[p.base] {
		return nil // tar writes this for a file that it was given twice
	}
	if _, err := u.vacate(p, target.kind); err != nil {
		return err
	}
	// Replacing the path may have removed the target, if that lay below it.
	if err := u.root.Link(path.Join(parts...), p.path()); err != nil {
		return fmt.Errorf("hard link to %s: %w", quote(hdr.Linkname), u.explain(err, 0))
	}
	p.parent.children[p.base] = &node{kind: target.kind, layer: u.layer, target: target.target}
	return nil
}

// find looks up a path that is no directory.
func (u *unpacker) find(parts []string) (*node, error) {
	n := u.tree
	for i, part := range parts {
		if n.kind == symlink {
			return nil, fmt.Errorf("it leads through the symlink %s -> %s", quote(path.Join(parts[:i]...)), quote(n.target))
		}
		if n = n.children[part]; n == nil {
			return nil, errors.New("there is no such file yet")
		}
	}
	if n.kind == directory {
		return nil, errors.New("it is a directory")
	}
	return n, nil
}

// vacate makes the place free for something of the kind and returns its folder.
// What a lower layer put there goes; within one layer, a directory and
// something else at one path are an error.
func (u *unpacker) vacate(p place, k kind) (*os.Root, error) {
	if old := p.parent.children[p.base]; old != nil {
		if (old.kind == directory) != (k == directory) && old.holds(u.layer) {
			return nil, fmt.Errorf("it is %s, but an earlier entry of the same layer makes %s %s", k, quote(p.path()), old.kind)
		}
		if err := u.remove(p.parent, p.parts); err != nil {
			return nil, err
		}
	}
	return u.open(p.parent, p.parts[:len(p.parts)-1])
}

// remove removes a path and all below it.
func (u *unpacker) remove(parent *node, parts []string) error {
	base := parts[len(parts)-1]
	if parent.children[base].kind == directory {
		u.forget() // it may be the folder that is open
	}
	root, err := u.open(parent, parts[:len(parts)-1])
	if err != nil {
		return err
	}
	delete(parent.children, base)
	return root.RemoveAll(base)
}

// finish sets the attributes of directories, the deepest first, because
// afterwards they may refuse to be changed or even entered.
func (u *unpacker) finish(n *node, name string) error {
	for base, child := range n.children {
		if child.kind == directory {
			if err := u.finish(child, path.Join(name, base)); err != nil {
				return err
			}
		}
	}
	if u.owned(n.attr) {
		if err := u.chown(u.root, name, n.attr); err != nil {
			return err
		}
	}
	if err := setTime(u.root, name, n.attr.modTime); err != nil {
		return err
	}
	return u.root.Chmod(name, n.attr.mode)
}

func (u *unpacker) attributesOf(hdr *tar.Header) attributes {
	keep := fs.ModePerm | fs.ModeSticky
	if u.owners || u.attributes != nil {
		keep |= fs.ModeSetuid | fs.ModeSetgid
	}
	return attributes{
		mode: hdr.FileInfo().Mode() & keep,
		uid:  hdr.Uid, gid: hdr.Gid,
		modTime: hdr.ModTime,
	}
}

// owned says whether a path must be given to its owner.
func (u *unpacker) owned(a attributes) bool {
	return u.owners && (a.uid != os.Geteuid() || a.gid != os.Getegid())
}

func (u *unpacker) chown(root *os.Root, name string, a attributes) error {
	err := root.Lchown(name, a.uid, a.gid)
	if errors.Is(err, syscall.EINVAL) {
		u.warn(fmt.Sprintf("%s does not get its owner %d:%d, which this user namespace does not have", quote(name), a.uid, a.gid))
		return nil
	}
	return err
}

// The range of times that the kernel's nanoseconds can be computed for.
var earliest, latest = time.Unix(0, -1<<63), time.Unix(0, 1<<63-1)

func setTime(root *os.Root, name string, t time.Time) error {
	if t.IsZero() || t.Before(earliest) || t.After(latest) {
		return nil
	}
	return root.Chtimes(name, t, t)
}
