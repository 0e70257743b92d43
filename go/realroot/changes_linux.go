//go:build linux && (amd64 || arm64)

package realroot

import (
	"archive/tar"
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/rules-strata/rules_strata/go/layer"
)

const (
	whiteoutPrefix = ".wh."
	// opaque hides all that lower layers have in its directory.
	opaque = ".wh..wh..opq"
	// maxPath is the longest path that Linux knows, in bytes.
	maxPath = 4095
)

// changeset is a layer that is being written.
type changeset struct {
	tree *tree
	tar  *layer.TarWriter
	warn func(string)
	// size is how much the tree's file system holds, in bytes.
	size int64
	// links are the first names of files that have several.
	links map[uint64]string
	// pending are the directories above what is looked at that have not been
	// written, as nothing below them has.
	pending []layer.Header
	buffer  []byte
}

// writeChanges writes what is different from the base image. The tree is the
// root directory, and nothing runs in it.
func (t *tree) writeChanges(w io.Writer, warn func(string)) error {
	if err := t.inPlace(); err != nil {
		return err
	}
	var fs unix.Statfs_t
	if err := unix.Statfs("/", &fs); err != nil {
		return fmt.Errorf("the root directory: %w", err)
	}
	c := &changeset{
		tree: t, tar: layer.NewTarWriter(w), warn: warn, size: int64(fs.Blocks) * fs.Bsize,
		links: map[uint64]string{}, buffer: make([]byte, pieceSize),
	}
	if err := c.directory("", t.base); err != nil {
		return err
	}
	return c.tar.Close()
}

// path writes what changed at a path and below it. Base is what the path was,
// or nil.
func (c *changeset) path(at string, base *baseFile) error {
	if len(at) >= maxPath {
		return fmt.Errorf("/%s...: this path is longer than %d bytes, which no layer can hold", at[:100], maxPath)
	}
	var st unix.Stat_t
	if err := unix.Lstat("/"+at, &st); err != nil {
		return fmt.Errorf("/%s: %w", at, err)
	}
	if strings.HasPrefix(path.Base(at), whiteoutPrefix) {
		return fmt.Errorf("/%s: a name cannot begin with %q in a layer: there it means that a file is deleted", at, whiteoutPrefix)
	}
	if st.Mode&unix.S_IFMT == unix.S_IFDIR {
		return c.directory(at, base)
	}
	unchanged := base != nil && base.inode == st.Ino && base.changed == st.Ctim.Nano() &&
		base.attributes.Equal(c.tree.inodes.Get(st.Ino)) && !c.tree.forced[st.Ino]
	if unchanged {
		return nil
	}
	if st.Mode&unix.S_IFMT == unix.S_IFSOCK {
		c.warn(fmt.Sprintf("the socket /%s is left out", at))
		if base == nil {
			return nil
		}
		return c.whiteout(at)
	}
	return c.file(at, &st)
}

// directory writes what changed in a directory, and the directory if it did.
func (c *changeset) directory(at string, base *baseFile) error {
	var st unix.Stat_t
	if err := unix.Lstat("/"+at, &st); err != nil {
		return fmt.Errorf("/%s: %w", at, err)
	}
	h, err := c.header(at, &st)
	if err != nil {
		return err
	}
	above := len(c.pending)
	c.pending = append(c.pending, h)
	again := base.isDir() && base.inode != st.Ino
	if !base.isDir() || again {
		base = nil
	}
	attributes := c.tree.inodes.Get(st.Ino)
	changed := base == nil || base.mode != st.Mode || !base.attributes.Equal(attributes)
	if c.tree.forced[st.Ino] || changed && !c.tree.incidental[st.Ino] {
		if err := c.flush(); err != nil {
			return err
		}
	}
	if again {
		if err := c.empty(path.Join(at, opaque)); err != nil {
			return err
		}
	}
	if err := c.entries(at, base); err != nil {
		return err
	}
	c.pending = c.pending[:min(above, len(c.pending))]
	return nil
}

// member is what a directory has or had by a name.
type member struct {
	entry string // its name in the tar
	path  string
	base  *baseFile // what it was, or nil
	gone  bool
}

// members are sorted by their names in the tar.
func (c *changeset) members(at string, base *baseFile) ([]member, error) {
	names, err := namesIn("/" + at)
	if err != nil {
		return nil, err
	}
	list := make([]member, 0, len(names))
	for _, name := range names {
		if below := path.Join(at, name); !c.tree.hidden[below] {
			list = append(list, member{entry: name, path: below, base: base.find(name)})
		}
	}
	if base != nil {
		for i := range base.children {
			was := &base.children[i]
			if _, ok := slices.BinarySearch(names, was.name); !ok {
				list = append(list, member{entry: whiteoutPrefix + was.name, path: path.Join(at, was.name), base: was, gone: true})
			}
		}
	}
	slices.SortFunc(list, func(a, b member) int { return strings.Compare(a.entry, b.entry) })
	return list, nil
}

// entries writes what changed in a directory.
func (c *changeset) entries(at string, base *baseFile) error {
	members, err := c.members(at, base)
	if err != nil {
		return err
	}
	for _, m := range members {
		if m.gone {
			err = c.whiteout(m.path)
		} else {
			err = c.path(m.path, m.base)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// flush writes the pending directories.
func (c *changeset) flush() error {
	for i := range c.pending {
		if err := c.tar.WriteHeader(&c.pending[i]); err != nil {
			return err
		}
	}
	c.pending = c.pending[:0]
	return nil
}

func (c *changeset) whiteout(at string) error {
	dir, name := path.Split(at)
	return c.empty(dir + whiteoutPrefix + name)
}

// empty writes a marker, which is an empty file.
func (c *changeset) empty(at string) error {
	if err := c.flush(); err != nil {
		return err
	}
	return c.tar.WriteHeader(&layer.Header{Name: "./" + at, Type: tar.TypeReg, Mode: 0o644})
}

// file writes anything but a directory.
func (c *changeset) file(at string, st *unix.Stat_t) error {
	h, err := c.header(at, st)
	if err != nil {
		return err
	}
	if err := c.flush(); err != nil {
		return err
	}
	if st.Nlink > 1 {
		if first, ok := c.links[st.Ino]; ok {
			h.Type, h.Linkname, h.Size, h.DevMajor, h.DevMinor, h.Xattrs = tar.TypeLink, first, 0, 0, 0, nil
		} else {
			c.links[st.Ino] = h.Name
		}
	}
	if err := c.tar.WriteHeader(&h); err != nil {
		return err
	}
	if h.Size == 0 {
		return nil
	}
	f, err := os.Open("/" + at)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.CopyBuffer(struct{ io.Writer }{c.tar}, struct{ io.Reader }{f}, c.buffer)
	return err
}

// types are the types of tar entries.
var types = map[uint32]byte{
	unix.S_IFREG: tar.TypeReg, unix.S_IFDIR: tar.TypeDir, unix.S_IFLNK: tar.TypeSymlink,
	unix.S_IFCHR: tar.TypeChar, unix.S_IFBLK: tar.TypeBlock, unix.S_IFIFO: tar.TypeFifo,
}

// header describes a path.
func (c *changeset) header(at string, st *unix.Stat_t) (layer.Header, error) {
	kind := st.Mode & unix.S_IFMT
	h := layer.Header{Name: "./" + at, Mode: int64(st.Mode &^ unix.S_IFMT)}
	if a := c.tree.inodes.Get(st.Ino); a != nil {
		h.UID, h.GID, h.Xattrs = int64(a.UID), int64(a.GID), a.Xattrs
		if a.Type != 0 {
			kind = a.Type
			h.DevMajor, h.DevMinor = int64(unix.Major(a.Device)), int64(unix.Minor(a.Device))
		}
	}
	h.Type = types[kind]
	switch h.Type {
	case tar.TypeReg:
		h.Size = st.Size
		if st.Size > c.size {
			return h, fmt.Errorf("/%s has %d bytes, most of them holes, which is more than disk_size, and a layer has no holes: make it shorter or remove it (lastlog: useradd --no-log-init)", at, st.Size)
		}
	case tar.TypeSymlink:
		var err error
		if h.Linkname, err = os.Readlink("/" + at); err != nil {
			return h, err
		}
	}
	return h, nil
}
