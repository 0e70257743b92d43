package imagecheck

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
	"github.com/rules-strata/rules_strata/go/rootfs"
)

const (
	whiteoutPrefix = ".wh."
	// opaqueWhiteout hides all that lower layers have in its directory.
	opaqueWhiteout = ".wh..wh..opq"
	// reservedPrefix begins the names of AUFS's own files, which mean nothing.
	reservedPrefix = ".wh..wh."
)

// flattener lays layers on one another.
type flattener struct {
	root *node
	// layer and entry are the numbers of what is being applied.
	layer, entry int
}

// flatten gives the root of the tree that the layers make, bottom layer first.
func flatten(ctx context.Context, layers []archive.Layer) (*node, error) {
	f := flattener{root: newDirectory(-1)}
	for i := range layers {
		f.layer, f.entry = i, 0
		err := walk(ctx, layers[i], func(entry int, hdr *tar.Header, _ io.Reader) error {
			f.entry = entry
			return f.apply(hdr)
		})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", layerName(layers, i), err)
		}
	}
	return f.root, nil
}

// errEnough ends a walk early.
var errEnough = errors.New("enough")

// walk calls visit with each entry of a layer and its number, until that
// returns errEnough or another error. Unless it ends early, the layer is
// checked against its diff ID.
func walk(ctx context.Context, layer archive.Layer, visit func(entry int, hdr *tar.Header, content io.Reader) error) error {
	r, err := rootfs.Pipe(layer.WriteChecked)(ctx)
	if err != nil {
		return err
	}
	defer r.Close()
	source := &source{r: r}
	in := tar.NewReader(source)
	for entry := 0; ; entry++ {
		hdr, err := in.Next()
		if err == io.EOF {
			break
		}
		// Names that lead out of the image are refused when they are applied.
		if source.err != nil {
			return source.err
		} else if err != nil && !errors.Is(err, tar.ErrInsecurePath) {
			return fmt.Errorf("not an uncompressed tar, or a broken one: %w", err)
		}
		if err := visit(entry, hdr, in); err == errEnough {
			return nil
		} else if err != nil {
			return fmt.Errorf("entry %q: %w", hdr.Name, err)
		}
	}
	// Only after the last byte it is known whether they were the right ones.
	_, err = io.Copy(io.Discard, r)
	return err
}

// source keeps the error of what makes a layer apart from those of the tar.
type source struct {
	r   io.Reader
	err error
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}

// layerName is how errors call a layer: "layer 3 of 7 (hello-2.12)".
func layerName(layers []archive.Layer, i int) string {
	name := fmt.Sprintf("layer %d of %d", i+1, len(layers))
	if d := layers[i].Describe; d != "" {
		name += " (" + d + ")"
	}
	return name
}

var types = map[byte]string{
	tar.TypeReg: "file", tar.TypeDir: "directory", tar.TypeSymlink: "symlink",
	tar.TypeChar: "char", tar.TypeBlock: "block", tar.TypeFifo: "fifo", tar.TypeLink: "hard link",
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
	typ, ok := types[hdr.Typeflag]
	if !ok {
		return fmt.Errorf("its type %q is unknown", hdr.Typeflag)
	}
	in := &inode{
		typ: typ, mode: uint32(hdr.Mode & 0o7777), uid: int64(hdr.Uid), gid: int64(hdr.Gid), size: hdr.Size, target: hdr.Linkname,
		layer: f.layer, entry: f.entry,
	}
	if len(parts) == 0 {
		if typ != "directory" {
			return errors.New("the root folder must be a directory")
		}
		f.root.inode = in
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
func (f *flattener) parent(parts []string) (*node, error) {
	dir := f.root
	for i, part := range parts[:len(parts)-1] {
		child := dir.children[part]
		if child == nil {
			child = newDirectory(f.layer)
			dir.children[part] = child
		}
		switch child.typ {
		case "directory":
		case "symlink":
			return nil, fmt.Errorf("its path leads through the symlink /%s -> %s", path.Join(parts[:i+1]...), child.target)
		default:
			return nil, fmt.Errorf("it is below /%s, which is a %s", path.Join(parts[:i+1]...), child.typ)
		}
		dir = child
	}
	return dir, nil
}

// put puts something at a path, in place of what a lower layer has there.
func (f *flattener) put(parent *node, parts []string, in *inode) error {
	base := parts[len(parts)-1]
	n := &node{inode: in, layer: f.layer}
	if in.typ == "hard link" {
		first, err := f.linked(in.target)
		if err != nil {
			return fmt.Errorf("hard link to %q: %w", in.target, err)
		}
		n.inode = first.inode
	}
	old := parent.children[base]
	switch {
	case old == nil:
	case old.typ == "directory" && in.typ == "directory":
		n.children = old.children
	case (old.typ == "directory" || in.typ == "directory") && old.holds(f.layer):
		return fmt.Errorf("it is a %s, but an earlier entry of the same layer makes it a %s", n.typ, old.typ)
	}
	if in.typ == "directory" && n.children == nil {
		n.children = map[string]*node{}
	}
	parent.children[base] = n
	return nil
}

// linked finds what a hard link leads to.
func (f *flattener) linked(name string) (*node, error) {
	parts, err := split(name)
	if err != nil {
		return nil, err
	}
	n := f.root
	for _, part := range parts {
		if n = n.children[part]; n == nil {
			return nil, errors.New("there is no such file yet: a hard link needs an earlier file")
		}
	}
	if n.typ == "directory" {
		return nil, errors.New("it is a directory")
	}
	return n, nil
}
