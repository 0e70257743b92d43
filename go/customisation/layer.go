package customisation

import (
	"archive/tar"
	"crypto/sha256"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/rules-strata/rules_strata/go/jsonfile"
	"github.com/rules-strata/rules_strata/go/layer"
	"github.com/rules-strata/rules_strata/go/scriptfs"
	"github.com/rules-strata/rules_strata/go/store"
)

// Result is what a written layer is.
type Result struct {
	Metadata   layer.Metadata
	References References
	// Copies are the files of the layer that are copies of store objects' ones,
	// in the layer's order.
	Copies []Copy
}

// Options are what the layer of a script's tree needs.
type Options struct {
	// MTime is the time of every entry, in seconds since 1970.
	MTime int64
	// StoreDir is the store directory.
	StoreDir string
	// Known are store paths, so that a mention of one's hash is known to be of
	// that path.
	Known []store.Path
	// Owner is who every entry belongs to but those of Owned; nil for the tree's
	// own owners.
	Owner *Owner
	// Owned are the paths, relative to the root, that keep their owners.
	Owned map[string]bool
	// HardLinks keeps hard links of regular files; without it every name is a
	// file of its own, as in dockerTools.
	HardLinks bool
	// Whiteouts are the paths that the layer removes from those below, and
	// Opaque the directories, "" for the root, of which it removes all that is
	// in them there, without "/" at the beginning. The tree must have the
	// directories.
	Whiteouts, Opaque []string
}

// Owner is a user and a group, by their numbers.
type Owner struct{ UID, GID int64 }

// WriteTree writes the tree at root of a file system as a tar to w: names
// begin with "./", every directory comes before what is in it, siblings are
// sorted by bytes. Owners are numbers. Whiteouts come right after their
// directory, an opaque one first.
func WriteTree(w io.Writer, fs *scriptfs.FS, root string, o Options) (Result, error) {
	digest := sha256.New()
	size := &counter{}
	t := &treeWriter{
		fs: fs, root: root, options: o, whiteouts: whiteoutsOf(o), first: map[uint64]string{},
		tar:      layer.NewTarWriter(io.MultiWriter(w, digest, size)),
		mentions: newMentions(o.StoreDir, o.Known),
	}
	if err := fs.Walk(root, t.entry); err != nil {
		return Result{}, err
	}
	if err := checkWritten(t.whiteouts); err != nil {
		return Result{}, err
	}
	if err := t.tar.Close(); err != nil {
		return Result{}, err
	}
	return Result{
		Copies: t.copies,
		Metadata: layer.Metadata{
			Version:    jsonfile.Version,
			DiffID:     fmt.Sprintf("sha256:%x", digest.Sum(nil)),
			Size:       size.n,
			Entries:    t.entries,
			StorePaths: []store.Path{},
		},
		References: t.mentions.references(),
	}, nil
}

// treeWriter writes a file system's tree.
type treeWriter struct {
	fs       *scriptfs.FS
	root     string
	options  Options
	tar      *layer.TarWriter
	mentions *mentions
	entries  int
	copies   []Copy
	// whiteouts are those that are still to be written, by their directories.
	whiteouts map[string][]string
	// first are the first names of the files that have several, by the files'
	// numbers.
	first  map[uint64]string
	buffer []byte
}

var tarTypes = map[scriptfs.Type]byte{
	scriptfs.Regular:     tar.TypeReg,
	scriptfs.Directory:   tar.TypeDir,
	scriptfs.Symlink:     tar.TypeSymlink,
	scriptfs.CharDevice:  tar.TypeChar,
	scriptfs.BlockDevice: tar.TypeBlock,
	scriptfs.FIFO:        tar.TypeFifo,
}

func (t *treeWriter) entry(at string, info scriptfs.Info) error {
	name := strings.TrimPrefix(strings.TrimPrefix(at, t.root), "/")
	if err := checkName(name); err != nil {
		return err
	}
	h := &layer.Header{
		Name: "./" + name, Type: tarTypes[info.Type], Mode: int64(info.Mode), UID: info.UID, GID: info.GID, MTime: t.options.MTime,
		Linkname: info.Target, DevMajor: info.Major, DevMinor: info.Minor,
	}
	if err := t.fill(h, at, info); err != nil {
		return err
	}
	if err := t.header(h); err != nil {
		return err
	}
	t.mentions.text(name)
	t.mentions.link(name, info.Target)
	switch {
	case info.Type == scriptfs.Directory:
		return t.writeWhiteouts(name)
	case h.Size == 0:
		return nil
	}
	t.noteCopy(h, at)
	return t.content(at, name)
}

// fill adds what a file has besides its attributes, unless it is a second name.
func (t *treeWriter) fill(h *layer.Header, at string, info scriptfs.Info) error {
	if info.Type == scriptfs.Regular {
		if t.options.HardLinks && info.Nlink > 1 {
			if first, ok := t.first[info.Ino]; ok {
				h.Type, h.Linkname = tar.TypeLink, first
				return nil
			}
			t.first[info.Ino] = h.Name
		}
		h.Size = info.Size
	}
	return t.xattrs(h, at, info)
}

// header begins an entry.
func (t *treeWriter) header(h *layer.Header) error {
	if o := t.options.Owner; o != nil && !t.options.Owned[strings.TrimPrefix(h.Name, "./")] {
		h.UID, h.GID = o.UID, o.GID
	}
	t.entries++
	return t.tar.WriteHeader(h)
}

// content writes a file's content.
func (t *treeWriter) content(at, name string) error {
	f, err := t.fs.Open(at)
	if err != nil {
		return err
	}
	defer f.Close()
	t.mentions.begin()
	if t.buffer == nil {
		t.buffer = make([]byte, 64<<10)
	}
	if _, err := io.CopyBuffer(io.MultiWriter(t.tar, t.mentions), onlyReader{f}, t.buffer); err != nil {
		return fmt.Errorf("write %s into the layer: %w", "/"+name, err)
	}
	t.mentions.end()
	return nil
}

// xattrs adds a file's extended attributes.
func (t *treeWriter) xattrs(h *layer.Header, at string, info scriptfs.Info) error {
	if info.Type == scriptfs.Symlink {
		return nil
	}
	names, err := t.fs.Listxattr(at)
	if err != nil || len(names) == 0 {
		return err
	}
	h.Xattrs = map[string][]byte{}
	for _, name := range names {
		if h.Xattrs[name], err = t.fs.Getxattr(at, name); err != nil {
			return err
		}
	}
	return nil
}

// onlyReader hides that a reader can do more.
type onlyReader struct{ io.Reader }

const (
	// maxName and maxPath are the largest numbers of bytes, as on Linux.
	maxName = 255
	maxPath = 4095
)

// checkName refuses a path below the root that a layer cannot hold.
func checkName(name string) error {
	switch base := path.Base(name); {
	case strings.HasPrefix(base, layer.Whiteout):
		return fmt.Errorf("/%s: a layer cannot hold a name that begins with %q, which says that a file of a lower layer is gone: give it another name",
			shorten(name), layer.Whiteout)
	case len(base) > maxName:
		return fmt.Errorf("/%s: the name has %d bytes, at most %d are possible: shorten it", shorten(name), len(base), maxName)
	case len(name)+len("/") > maxPath:
		return fmt.Errorf("/%s: the path has %d bytes, at most %d are possible: shorten it", shorten(name), len(name)+1, maxPath)
	}
	return nil
}

// shorten cuts the middle out of a text that is too long for an error.
func shorten(s string) string {
	const keep = 80
	if len(s) <= 2*keep {
		return s
	}
	return s[:keep] + "…" + s[len(s)-keep:]
}
