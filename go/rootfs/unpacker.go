package rootfs

import (
	"archive/tar"
	"context"
	"fmt"
	"io/fs"
	"os"
)

// Attributes keeps what an ordinary user can set on no file: owners, extended
// attributes, device nodes.
type Attributes interface {
	// Keep is told of each file, directory and symlink that an entry makes or
	// gives attributes to. Hard links are not told of: they are their files.
	Keep(info fs.FileInfo, hdr *tar.Header) error
	// MakeNode makes what an entry of a device node or named pipe stands for,
	// with the name name in the directory dir, which is without it.
	MakeNode(dir *os.File, name string, hdr *tar.Header) error
}

// Unpacker applies layers to a folder one by one. Unpack does it with all at
// once.
type Unpacker struct{ unpacker *unpacker }

// NewUnpacker begins to unpack into the folder dir, which must be empty or
// absent.
func NewUnpacker(dir string, opts UnpackOptions) (*Unpacker, error) {
	u, err := newUnpacker(dir, opts)
	if err != nil {
		return nil, fmt.Errorf("unpack into %s: %w", dir, err)
	}
	u.layer = -1
	return &Unpacker{u}, nil
}

// Apply applies a layer on top of those before it.
func (u *Unpacker) Apply(ctx context.Context, layer Layer) error {
	u.unpacker.layer++
	return u.unpacker.unpackLayer(ctx, layer)
}

// Finish gives the directories their modes and times, which they do not have
// before. More layers can follow, and must be followed by another Finish.
func (u *Unpacker) Finish() error { return u.unpacker.finish(u.unpacker.tree, ".") }

// Close lets go of the folder.
func (u *Unpacker) Close() { u.unpacker.close() }

// keep tells Attributes of a path.
func (u *unpacker) keep(root *os.Root, name string, hdr *tar.Header) error {
	if u.attributes == nil {
		return nil
	}
	info, err := root.Lstat(name)
	if err != nil {
		return err
	}
	return u.attributes.Keep(info, hdr)
}

// leavesOut says whether an entry is a device node or a named pipe that nobody
// keeps.
func (u *unpacker) leavesOut(hdr *tar.Header) bool {
	what := ""
	switch hdr.Typeflag {
	case tar.TypeChar, tar.TypeBlock:
		what = "device node"
	case tar.TypeFifo:
		what = "named pipe"
	}
	if what == "" || u.attributes != nil {
		return false
	}
	u.warn(fmt.Sprintf("the %s %s is left out", what, quote(hdr.Name)))
	return true
}

// special has a device node or a named pipe made.
func (u *unpacker) special(p place, hdr *tar.Header) error {
	root, err := u.vacate(p, regular)
	if err != nil {
		return err
	}
	dir, err := root.Open(".")
	if err != nil {
		return err
	}
	defer dir.Close()
	p.parent.children[p.base] = &node{kind: regular, layer: u.layer}
	return u.explain(u.attributes.MakeNode(dir, p.base, hdr), 0)
}
