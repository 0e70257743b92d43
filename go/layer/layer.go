// Package layer writes the layers of an image: tars whose bytes depend on
// their entries alone, in the dialect of Python's tarfile.
//
// Write makes a store layer, byte-identical to the one that dockerTools'
// streamLayeredImage makes of the same store objects with the same options,
// so that registries and daemons share it. Its metadata is what the next steps
// need; the tar itself can be made again at any time and need not be kept.
//
// TarWriter is for other layers in the same dialect.
package layer

import (
	"archive/tar"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/rules-strata/rules_strata/go/jsonfile"
	"github.com/rules-strata/rules_strata/go/nar"
	"github.com/rules-strata/rules_strata/go/object"
	"github.com/rules-strata/rules_strata/go/store"
)

// Options are what every entry of a store layer has in common.
type Options struct {
	// MTime is in seconds since 1970-01-01 UTC.
	MTime int64
	// UID, GID, UName and GName are the owner; the numbers are 0 to MaxOwner.
	UID, GID     int64
	UName, GName string
	// StoreDir is the directory that all objects are in, "/nix/store".
	StoreDir string
	// ScanReferences makes it an error if a file's content or a link's target
	// mentions a store path that is neither in References nor in the layer.
	ScanReferences bool
	// References are the store paths that the objects may mention.
	References []store.Path
	// WithoutDeps says that the objects' targets have no deps, to which an
	// undeclared reference could be added.
	WithoutDeps bool
	// Unhashed says that the metadata needs no diff ID: whoever gets the tar
	// hashes it.
	Unhashed bool
}

// DefaultOptions are dockerTools' defaults: 1970-01-01T00:00:01Z, root, the
// usual store directory, nothing scanned.
func DefaultOptions() Options {
	return Options{MTime: 1, UName: "root", GName: "root", StoreDir: store.DefaultDir}
}

// Write writes the objects' layer to w, in the order given, after an entry for
// each directory above them. With io.Discard it only finds the metadata. It
// needs little memory beyond the objects' trees, whatever their size.
//
// After an error what was written to w is of no use. Undeclared references
// are reported together, at the end.
func Write(w io.Writer, objects []*object.Object, o Options) (Metadata, error) {
	if err := o.check(objects); err != nil {
		return Metadata{}, err
	}
	out := newDigester(w)
	if o.Unhashed {
		out.hash = nil
	}
	l := &writer{tar: NewTarWriter(out), options: o, scan: newScanner(objects, o)}
	l.content = make([]byte, l.scan.overlap+readSize(objects))
	if err := l.parents(directoriesOf(objects, o.StoreDir), nil); err != nil {
		return Metadata{}, err
	}
	paths := make([]store.Path, 0, len(objects))
	for _, obj := range objects {
		if err := l.object(obj); err != nil {
			return Metadata{}, err
		}
		paths = append(paths, obj.Path())
	}
	meta, err := l.finish(out)
	if err != nil {
		return Metadata{}, err
	}
	if err := l.scan.err(); err != nil {
		return Metadata{}, err
	}
	meta.StorePaths = paths
	if len(objects) == 1 {
		meta.Root = objects[0].Root()
	}
	return meta, nil
}

// finish ends the tar and describes it, without store paths.
func (l *writer) finish(out *digester) (Metadata, error) {
	if err := l.tar.Close(); err != nil {
		return Metadata{}, err
	}
	if err := out.flush(); err != nil {
		return Metadata{}, err
	}
	return Metadata{
		Version: jsonfile.Version, DiffID: out.digest(), Size: out.size, Entries: l.entries, StorePaths: []store.Path{},
	}, nil
}

// check refuses options that fit neither the format nor the objects.
func (o *Options) check(objects []*object.Object) error {
	if err := checkStoreDir(o.StoreDir); err != nil {
		return err
	}
	if err := checkOwner(o.UID, o.GID); err != nil {
		return err
	}
	seen := map[store.Path]bool{}
	for _, obj := range objects {
		path := obj.Path()
		if dir := path.Dir(); dir != o.StoreDir {
			return fmt.Errorf("%s is in the store directory %s, but the layer is for %s", path, dir, o.StoreDir)
		}
		if seen[path] {
			return fmt.Errorf("%s is given twice", path)
		}
		seen[path] = true
	}
	return nil
}

// checkStoreDir wants an absolute path with nothing in it that a path can do
// without.
func checkStoreDir(dir string) error {
	bad := dir == "" || dir[0] != '/' || !utf8.ValidString(dir)
	for name := range strings.SplitSeq(strings.TrimPrefix(dir, "/"), "/") {
		bad = bad || name == "" || name == "." || name == ".." || len(name) > nar.MaxName
	}
	if bad {
		return fmt.Errorf("%q is not a store directory: want an absolute path in UTF-8 like %s", dir, store.DefaultDir)
	}
	return nil
}

// writer is a layer under way.
type writer struct {
	tar     *TarWriter
	options Options
	scan    *scanner
	entries int
	// content holds what was last read of a file, after what is left of
	// before for the scanner.
	content []byte
	// prefix goes before every name.
	prefix string
	// replaced and copies are those of Additions.
	replaced map[store.Path]bool
	copies   map[string]string
	// placed are the entries of objects that share directories, by their paths.
	placed map[string]*object.Entry
}

// parents writes directories, but those that are there.
func (l *writer) parents(dirs []string, there map[string]bool) error {
	for _, dir := range dirs {
		if there[dir] {
			continue
		}
		if err := l.entry(Header{Name: dir, Type: tar.TypeDir, Mode: 0o755}); err != nil {
			return err
		}
	}
	return nil
}

// entry writes a header, with what all have in common.
func (l *writer) entry(h Header) error {
	o := &l.options
	h.Name = l.prefix + h.Name
	h.MTime, h.UID, h.GID, h.UName, h.GName = o.MTime, o.UID, o.GID, o.UName, o.GName
	l.entries++
	return l.tar.WriteHeader(&h)
}

// object writes one object.
func (l *writer) object(obj *object.Object) error {
	entries := obj.Entries()
	for i := range entries {
		e := &entries[i]
		h := Header{Name: obj.Place(e)}
		if obj.Root() != "" {
			there, err := l.place(obj, e)
			if err != nil {
				return err
			}
			if there {
				continue
			}
		}
		switch e.Type {
		case nar.Directory:
			h.Type, h.Mode = tar.TypeDir, 0o555
		case nar.Symlink:
			h.Type, h.Mode, h.Linkname = tar.TypeSymlink, 0o777, e.Target
			l.scan.target(obj, e)
		case nar.Regular:
			h.Type, h.Mode, h.Size = tar.TypeReg, 0o444, e.Size
			if e.Executable {
				h.Mode = 0o555
			}
			if copied, ok := l.copies[h.Name]; ok {
				h.Type, h.Size, h.Linkname = tar.TypeLink, 0, copied
			}
		}
		if err := l.entry(h); err != nil {
			return err
		}
		if h.Type == tar.TypeReg {
			if err := l.file(obj, e); err != nil {
				return err
			}
		}
		if e.Path == "" && e.Type == nar.Directory && l.replaced[obj.Path()] {
			if err := l.entry(Header{Name: h.Name + "/" + opaqueWhiteout, Type: tar.TypeReg, Mode: 0o644}); err != nil {
				return err
			}
		}
	}
	return nil
}
