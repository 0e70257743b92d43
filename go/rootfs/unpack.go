package rootfs

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"
)

// maxID is the largest user or group id: the next one means "no change".
const maxID = 1<<32 - 2

// UnpackOptions change what Unpack does.
type UnpackOptions struct {
	// Warn is called with what was left out: device nodes, pipes, owners. It
	// may be nil.
	Warn func(message string)
	// Attributes, if it is not nil, gets the owners, extended attributes,
	// device nodes and named pipes, and no owner is set on disk. All setuid and
	// setgid bits are.
	Attributes Attributes
}

// Unpack applies layers, the lowest first, to the folder dir, which must be
// empty or absent. Afterwards dir is the image's root folder.
//
// Modes and modification times are the entries'; a directory without an entry
// is 0755. Owners are set when the process is root and has more ids than one,
// as otherwise no file can belong to somebody else; without them, the setuid
// and setgid bits are left out. Device nodes and named pipes are left out with
// a warning, and so are extended attributes, without one.
//
// Nothing outside dir is ever touched: an entry whose path has "..", or leads
// through a symlink, is an error, and so is a hard link to anything but an
// earlier file. Errors name the entry and the layer. After an error dir holds
// a part of the image; RemoveAll removes it. As files of root may carry the
// setuid bit, dir should lie in a folder that nobody else can enter.
func Unpack(ctx context.Context, dir string, layers []Layer, opts UnpackOptions) error {
	u, err := newUnpacker(dir, opts)
	if err != nil {
		return fmt.Errorf("unpack into %s: %w", dir, err)
	}
	defer u.close()
	for i, layer := range layers {
		u.layer = i
		if err := u.unpackLayer(ctx, layer); err != nil {
			return fmt.Errorf("unpack %s: %w", layerName(layers, i), err)
		}
	}
	if err := u.finish(u.tree, "."); err != nil {
		return fmt.Errorf("unpack into %s: %w", dir, err)
	}
	return nil
}

// unpacker is an Unpack under way.
type unpacker struct {
	dir    string
	root   *os.Root // dir
	tree   *node    // what is in dir
	layer  int      // the number of the layer that is being applied
	warn   func(string)
	owners bool // whether owners can be set
	buffer []byte

	attributes Attributes // may be nil

	// The folder that was used last: most entries lie beside the one before.
	at     *node
	atRoot *os.Root
}

func newUnpacker(dir string, opts UnpackOptions) (*unpacker, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	u := &unpacker{
		dir: dir, root: root, tree: impliedDirectory(-1), warn: opts.Warn, owners: opts.Attributes == nil && canSetOwners(),
		buffer: make([]byte, 1<<18), attributes: opts.Attributes,
	}
	if u.warn == nil {
		u.warn = func(string) {}
	}
	f, err := root.Open(".")
	if err == nil {
		if names, _ := f.Readdirnames(1); len(names) > 0 {
			err = errors.New("the folder is not empty")
		}
		_ = f.Close()
	}
	if err != nil {
		u.close()
		return nil, err
	}
	return u, nil
}

func (u *unpacker) close() {
	u.forget()
	_ = u.root.Close()
}

func (u *unpacker) unpackLayer(ctx context.Context, layer Layer) error {
	r, err := layer.Open(ctx)
	if err != nil {
		return err
	}
	defer r.Close()
	archive := tar.NewReader(r)
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		hdr, err := archive.Next()
		if err == io.EOF {
			break
		}
		// Names that lead out of the image are refused below.
		if err != nil && !errors.Is(err, tar.ErrInsecurePath) {
			return fmt.Errorf("not an uncompressed tar, or a broken one: %w", err)
		}
		if err := u.entry(hdr, archive); errors.Is(err, io.ErrUnexpectedEOF) {
			return fmt.Errorf("entry %s: the layer is truncated: %w", quote(hdr.Name), err)
		} else if err != nil {
			return fmt.Errorf("entry %s: %w", quote(hdr.Name), err)
		}
	}
	// What makes the layer may have more to say after the tar's end, such as
	// that its digest is wrong.
	_, err = io.Copy(io.Discard, r)
	return err
}

// entry applies one entry of a layer.
func (u *unpacker) entry(hdr *tar.Header, content io.Reader) error {
	if hdr.Typeflag == tar.TypeXGlobalHeader {
		return nil
	}
	parts, err := split(hdr.Name)
	if err != nil {
		return err
	}
	for _, id := range []int{hdr.Uid, hdr.Gid} {
		if id < 0 || id > maxID {
			return fmt.Errorf("its owner is %d:%d: an id is 0 to %d", hdr.Uid, hdr.Gid, int64(maxID))
		}
	}
	if len(parts) == 0 {
		if hdr.Typeflag != tar.TypeDir {
			return errors.New("the root folder must be a directory")
		}
		u.tree.attr = u.attributesOf(hdr)
		return u.keep(u.root, ".", hdr)
	}
	if skip, err := u.whiteout(parts); skip || err != nil {
		return err
	}
	if u.leavesOut(hdr) {
		return nil
	}
	parent, err := u.parent(parts)
	if err != nil {
		return err
	}
	p := place{parent: parent, parts: parts, base: parts[len(parts)-1]}
	switch hdr.Typeflag {
	case tar.TypeDir:
		return u.directory(p, hdr)
	case tar.TypeReg:
		if sparse(hdr) {
			return errSparse
		}
		return u.regular(p, hdr, content)
	case tar.TypeGNUSparse:
		return errSparse
	case tar.TypeSymlink:
		return u.symlink(p, hdr)
	case tar.TypeLink:
		return u.hardLink(p, hdr)
	case tar.TypeChar, tar.TypeBlock, tar.TypeFifo:
		return u.special(p, hdr)
	}
	return fmt.Errorf("its type %q is unknown", hdr.Typeflag)
}

// A few bytes of a sparse file can stand for any number of zeros; no tool makes
// image layers with them.
var errSparse = errors.New("it is a sparse file, which a layer cannot hold: make the tar without --sparse")

// sparse says whether an entry is one of GNU tar's sparse files in PAX format.
func sparse(hdr *tar.Header) bool {
	for key := range hdr.PAXRecords {
		if strings.HasPrefix(key, "GNU.sparse.") {
			return true
		}
	}
	return false
}

// place is where an entry goes.
type place struct {
	parent *node
	parts  []string // the whole path
	base   string   // its last part
}

func (p place) path() string { return strings.Join(p.parts, "/") }

// parent finds the directory above a path, and makes those that have no entry.
func (u *unpacker) parent(parts []string) (*node, error) {
	dir := u.tree
	for i, part := range parts[:len(parts)-1] {
		child := dir.children[part]
		if child == nil {
			root, err := u.open(dir, parts[:i])
			if err != nil {
				return nil, err
			}
			if err := root.Mkdir(part, 0o700); err != nil {
				return nil, u.explain(err, 0)
			}
			child = impliedDirectory(u.layer)
			dir.children[part] = child
		}
		switch child.kind {
		case symlink:
			return nil, fmt.Errorf("the path leads through the symlink %s -> %s: give the entry the path that it really has, or make the symlink a directory first",
				quote(path.Join(parts[:i+1]...)), quote(child.target))
		case regular:
			return nil, fmt.Errorf("it is below %s, which is a file", quote(path.Join(parts[:i+1]...)))
		}
		dir = child
	}
	return dir, nil
}

// open opens the folder of a directory at a path.
func (u *unpacker) open(dir *node, parts []string) (*os.Root, error) {
	if dir == u.tree {
		return u.root, nil
	}
	if dir == u.at {
		return u.atRoot, nil
	}
	u.forget()
	root, err := u.root.OpenRoot(path.Join(parts...))
	if err != nil {
		return nil, err
	}
	u.at, u.atRoot = dir, root
	return root, nil
}

func (u *unpacker) forget() {
	if u.atRoot != nil {
		_ = u.atRoot.Close()
	}
	u.at, u.atRoot = nil, nil
}
