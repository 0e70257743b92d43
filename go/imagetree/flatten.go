package imagetree

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/rules-strata/rules_strata/go/archive"
)

const (
	whiteoutPrefix = ".wh."
	// opaqueWhiteout hides all that lower layers have in its directory.
	opaqueWhiteout = ".wh..wh..opq"
	// reservedPrefix begins the names of AUFS's own files, which mean nothing.
	reservedPrefix = ".wh..wh."
	// xattrPrefix begins the PAX records of extended attributes.
	xattrPrefix = "SCHILY.xattr."
	// hardLink is the type of an entry, never that of an Inode.
	hardLink = "hard link"
)

// flattener lays layers on one another.
type flattener struct {
	root *Node
	// layer and entry are the numbers of what is being applied.
	layer, entry int
}

// Flatten gives the root of the tree that the layers make, bottom layer first.
// Every layer is read once and checked against its diff ID.
func Flatten(ctx context.Context, layers []archive.Layer) (*Node, error) {
	f := flattener{root: newDirectory(-1)}
	for i := range layers {
		f.layer, f.entry = i, 0
		err := Walk(ctx, layers, i, func(entry int, hdr *tar.Header, _ io.Reader) error {
			f.entry = entry
			return f.apply(hdr)
		})
		if err != nil {
			return nil, err
		}
	}
	return f.root, nil
}

var types = map[byte]string{
	tar.TypeReg: File, tar.TypeDir: Directory, tar.TypeSymlink: Symlink,
	tar.TypeChar: Char, tar.TypeBlock: Block, tar.TypeFifo: FIFO, tar.TypeLink: hardLink,
}

// apply applies one entry.
func (f *flattener) apply(hdr *tar.Header) error {
	if hdr.Typeflag == tar.TypeXGlobalHeader {
		return nil
	}
	parts, err := split(hdr.Name)
	if err != nil {
		return err
	}
	in, err := f.inode(hdr)
	if err != nil {
		return err
	}
	if len(parts) == 0 {
		if in.Type != Directory {
			return errors.New("the root folder must be a directory")
		}
		f.root.Inode = in
		return nil
	}
	if done, err := f.whiteout(parts); done || err != nil {
		return err
	}
	parent, err := f.parent(parts)
	if err != nil {
		return err
	}
	return f.put(parent, parts, in)
}

// inode is what an entry describes.
func (f *flattener) inode(hdr *tar.Header) (*Inode, error) {
	typ, ok := types[hdr.Typeflag]
	if !ok {
		return nil, fmt.Errorf("its type %q is unknown", hdr.Typeflag)
	}
	in := &Inode{
		Type: typ, Mode: uint32(hdr.Mode & 0o7777), UID: int64(hdr.Uid), GID: int64(hdr.Gid), Size: hdr.Size, Target: hdr.Linkname,
		ModTime: hdr.ModTime, Major: hdr.Devmajor, Minor: hdr.Devminor, Layer: f.layer, Entry: f.entry,
	}
	for record, value := range hdr.PAXRecords {
		if name, ok := strings.CutPrefix(record, xattrPrefix); ok {
			if in.Xattrs == nil {
				in.Xattrs = map[string]string{}
			}
			in.Xattrs[name] = value
		}
	}
	return in, nil
}

// split splits an entry's name, which may begin with "/" or "./".
func split(name string) ([]string, error) {
	var parts []string
	for part := range strings.SplitSeq(name, "/") {
		switch part {
		case "", ".":
		case "..":
			return nil, errors.New(`its path has "..", which could lead out of the image`)
		default:
			parts = append(parts, part)
		}
	}
	return parts, nil
}

// whiteout applies an entry that removes something, and says whether it is one.
func (f *flattener) whiteout(parts []string) (done bool, err error) {
	above, base := parts[:len(parts)-1], parts[len(parts)-1]
	if slices.ContainsFunc(above, func(part string) bool { return strings.HasPrefix(part, reservedPrefix) }) {
		return true, nil
	}
	hidden, ok := strings.CutPrefix(base, whiteoutPrefix)
	if !ok || strings.HasPrefix(base, reservedPrefix) && base != opaqueWhiteout {
		return ok, nil
	}
	if hidden == "" || hidden == "." || hidden == ".." {
		return true, fmt.Errorf("it is a whiteout of %q, which is no name", hidden)
	}
	parent, err := f.parent(parts)
	if err != nil {
		return true, err
	}
	if base == opaqueWhiteout {
		parent.hideAll(f.layer)
	} else {
		parent.hide(hidden, f.layer)
	}
	return true, nil
}

// parent finds the directory above a path, and makes those that have no entry.
func (f *flattener) parent(parts []string) (*Node, error) {
	dir := f.root
	for i, part := range parts[:len(parts)-1] {
		child := dir.Children[part]
		if child == nil {
			child = newDirectory(f.layer)
			dir.Children[part] = child
		}
		switch child.Type {
		case Directory:
		case Symlink:
			return nil, fmt.Errorf("its path leads through the symlink /%s -> %s", path.Join(parts[:i+1]...), child.Target)
		default:
			return nil, fmt.Errorf("it is below /%s, which is a %s", path.Join(parts[:i+1]...), child.Type)
		}
		dir = child
	}
	return dir, nil
}

// put puts something at a path, in place of what a lower layer has there.
func (f *flattener) put(parent *Node, parts []string, in *Inode) error {
	base := parts[len(parts)-1]
	n := &Node{Inode: in, layer: f.layer}
	if in.Type == hardLink {
		first, err := f.linked(in.Target)
		if err != nil {
			return fmt.Errorf("hard link to %q: %w", in.Target, err)
		}
		n.Inode = first.Inode
	}
	old := parent.Children[base]
	switch {
	case old == nil:
	case old.Type == Directory && in.Type == Directory:
		n.Children = old.Children
	case (old.Type == Directory || in.Type == Directory) && old.holds(f.layer):
		return fmt.Errorf("it is a %s, but an earlier entry of the same layer makes it a %s", n.Type, old.Type)
	}
	if in.Type == Directory && n.Children == nil {
		n.Children = map[string]*Node{}
	}
	parent.Children[base] = n
	return nil
}

// linked finds what a hard link leads to.
func (f *flattener) linked(name string) (*Node, error) {
	parts, err := split(name)
	if err != nil {
		return nil, err
	}
	n := f.root
	for _, part := range parts {
		if n = n.Children[part]; n == nil {
			return nil, errors.New("there is no such file yet: a hard link needs an earlier file")
		}
	}
	if n.Type == Directory {
		return nil, errors.New("it is a directory")
	}
	return n, nil
}
