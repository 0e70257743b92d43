package layer

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/rules-strata/rules_strata/go/object"
	"github.com/rules-strata/rules_strata/go/store"
)

// opaqueWhiteout is the name of a file that hides all that layers below have in
// its directory (OCI image specification, "Image Layer Filesystem Changeset",
// "Opaque Whiteout").
const opaqueWhiteout = Whiteout + Whiteout + ".opq"

// trailerSize is how many bytes of zeros archive/tar reads at a tar's end.
const trailerSize = 2 * 512

// Additions are how store objects go into a tar that has entries already.
type Additions struct {
	// Replaced are those of the objects that layers below hold with other
	// contents, of which nothing may show through.
	Replaced []store.Path
	// LeftOut are objects that layers below hold as they are, and which are not
	// written again.
	LeftOut []store.Path
	// Copies tell which of the tar's entries already have the bytes, the mode
	// and the owner of an object's file: names in the tar by the file's path.
	// Such a file becomes a hard link.
	Copies map[string]string
}

// Append writes the tar tree, made by a TarWriter with names that begin with
// "./", to w, and behind its entries the objects, in the order given, after an
// entry for each directory above them that tree does not have. tree is read
// from its beginning.
//
// It is an error if tree has something at or below the path of an object, one
// that is left out included, or something that is no directory above them, or
// a whiteout of one of these. After an error what was written to w is of
// no use.
func Append(w io.Writer, tree io.ReadSeeker, objects []*object.Object, o Options, a Additions) (Metadata, error) {
	if err := o.check(objects); err != nil {
		return Metadata{}, err
	}
	there, err := scanTree(tree, newGuarded(objects, a.LeftOut, o.StoreDir))
	if err != nil {
		return Metadata{}, err
	}
	out := newDigester(w)
	if err := copyEntries(out, tree, there.end); err != nil {
		return Metadata{}, err
	}
	l := &writer{tar: NewTarWriter(out), options: o, scan: newScanner(objects, o), prefix: ".", copies: a.Copies, entries: there.entries}
	l.tar.written = there.end
	l.content = make([]byte, l.scan.overlap+readSize(objects))
	l.replaced = map[store.Path]bool{}
	for _, p := range a.Replaced {
		l.replaced[p] = true
	}
	paths := []store.Path{}
	if len(objects) > 0 {
		if err := l.parents(directoriesOf(objects, o.StoreDir), there.directories); err != nil {
			return Metadata{}, err
		}
	}
	for _, obj := range objects {
		if err := l.object(obj); err != nil {
			return Metadata{}, err
		}
		paths = append(paths, obj.Path())
	}
	meta, err := l.finish(out)
	meta.StorePaths = paths
	return meta, err
}

// existing is what a tar has.
type existing struct {
	// end is the offset after its last entry.
	end     int64
	entries int
	// directories are those above the store objects that have an entry.
	directories map[string]bool
}

// guarded are the paths that only store objects may be at.
type guarded struct {
	objects  map[string]bool
	above    map[string]bool
	storeDir string
	// roots are the directories in which objects are placed.
	roots map[string]bool
}

func newGuarded(objects []*object.Object, leftOut []store.Path, storeDir string) guarded {
	g := guarded{objects: map[string]bool{}, above: map[string]bool{}, storeDir: storeDir, roots: map[string]bool{}}
	for _, obj := range objects {
		if obj.Root() != "" {
			g.roots[obj.Root()] = true
			continue
		}
		g.objects[string(obj.Path())] = true
	}
	for _, p := range leftOut {
		g.objects[string(p)] = true
	}
	dirs := directoriesOf(objects, storeDir)
	if len(g.objects) > 0 {
		dirs = append(dirs, parentsOf(storeDir)...)
	}
	for _, dir := range dirs {
		g.above[dir] = true
	}
	return g
}

// check is nil, or why an entry cannot be in the tree of the layer's own files.
func (g guarded) check(name string, typ byte) error {
	dir, base := path.Split(name)
	dir = path.Clean(dir)
	if removed, ok := strings.CutPrefix(base, Whiteout); ok {
		name = path.Join(dir, removed)
		if base == opaqueWhiteout {
			name = dir
		}
		if g.above[name] || g.objects[name] || base == opaqueWhiteout && name == "/" && len(g.objects) > 0 {
			return fmt.Errorf("%s, which has store objects of the image, was removed from the base or moved: leave it in place", name)
		}
	}
	if g.above[name] && typ != tar.TypeDir {
		return fmt.Errorf("%s is no directory in the layer's own files, but the image has store objects in it: do not copy or make it", name)
	}
	for at := name; at != "/"; at = path.Dir(at) {
		if g.roots[at] && at != name {
			return fmt.Errorf("%s is a file of the layer's own, and %s the place of programs of the image: do not copy or make it", name, at)
		}
		if g.objects[at] {
			return fmt.Errorf("%s is a file of the layer's own, and %s a store object of the image: do not copy or make it", name, at)
		}
	}
	return nil
}

// scanTree reads the headers of a tar.
func scanTree(tree io.ReadSeeker, g guarded) (existing, error) {
	found := existing{directories: map[string]bool{}}
	if _, err := tree.Seek(0, io.SeekStart); err != nil {
		return found, err
	}
	for r := tar.NewReader(tree); ; found.entries++ {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			at, err := tree.Seek(0, io.SeekCurrent)
			found.end = at - trailerSize
			return found, err
		}
		if err != nil {
			return found, fmt.Errorf("the tar of the layer's own files: %w", err)
		}
		name := path.Clean("/" + h.Name)
		if err := g.check(name, h.Typeflag); err != nil {
			return found, err
		}
		if g.above[name] {
			found.directories[name] = true
		}
	}
}

// copyEntries copies the first bytes of a tar.
func copyEntries(w io.Writer, tree io.ReadSeeker, size int64) error {
	if _, err := tree.Seek(0, io.SeekStart); err != nil {
		return err
	}
	_, err := io.CopyBuffer(struct{ io.Writer }{w}, struct{ io.Reader }{io.LimitReader(tree, size)}, make([]byte, contentSize))
	return err
}

// parentsOf lists a store directory and all above it but the root, the highest
// first.
func parentsOf(storeDir string) []string {
	var dirs []string
	for i := range storeDir {
		if i > 0 && storeDir[i] == '/' {
			dirs = append(dirs, storeDir[:i])
		}
	}
	return append(dirs, strings.TrimSuffix(storeDir, "/"))
}
