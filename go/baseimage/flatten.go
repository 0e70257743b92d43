package baseimage

import (
	"archive/tar"
	"io"
	"strings"

	"github.com/rules-strata/rules_strata/go/layer"
)

// Names of files that remove what lower layers hold (OCI image specification,
// "Whiteouts").
const opaqueWhiteout = layer.Whiteout + layer.Whiteout + ".opq"

// flattened is what the store directory holds after some layers.
type flattened struct {
	// storeDir are the components of the store directory's path.
	storeDir []string
	path     string
	// held are the children of the store directory.
	held map[string]held

	// What the current layer does:

	// own are the children that it has entries of.
	own map[string]*child
	// hidden are the children of lower layers that it removes, allHidden that
	// it removes all.
	hidden    map[string]bool
	allHidden bool
}

// held is a child of the store directory.
type held struct {
	// alone is the diff ID of the object's layer alone, or empty.
	alone string
	isDir bool
}

// child is a child of the store directory in one layer.
type child struct {
	alone *alone
	// isDir says that it is a directory, which is laid on what lower layers
	// have there.
	isDir bool
	// hides says that it removes something inside of what lower layers have
	// there, or all of it.
	hides, opaque bool
	// entries says that there are entries besides whiteouts.
	entries bool
}

func newFlattened(storeDir string) *flattened {
	return &flattened{storeDir: strings.Split(strings.Trim(storeDir, "/"), "/"), path: storeDir, held: map[string]held{}}
}

func (f *flattened) begin() {
	f.own, f.hidden, f.allHidden = map[string]*child{}, map[string]bool{}, false
}

// add takes one entry of the current layer; content is that of a file.
func (f *flattened) add(parts []string, hdr *tar.Header, content io.Reader) error {
	depth := 0
	for depth < len(parts) && depth < len(f.storeDir) && parts[depth] == f.storeDir[depth] {
		depth++
	}
	below := parts[depth:]
	switch {
	case depth == len(f.storeDir) && len(below) > 0:
		return f.inStore(below, hdr, content)
	case len(below) == 0 && hdr.Typeflag != tar.TypeDir:
		// Something else than a directory is where the store, or a directory
		// above it, was.
		f.allHidden = true
	case len(below) == 1 && (below[0] == opaqueWhiteout || depth < len(f.storeDir) && below[0] == layer.Whiteout+f.storeDir[depth]):
		f.allHidden = true
	}
	return nil
}

// inStore takes an entry below the store directory.
func (f *flattened) inStore(below []string, hdr *tar.Header, content io.Reader) error {
	base := below[0]
	if len(below) == 1 {
		if base == opaqueWhiteout {
			f.allHidden = true
			return nil
		}
		if name, ok := strings.CutPrefix(base, layer.Whiteout); ok {
			f.hidden[name] = true
			return nil
		}
	}
	c := f.own[base]
	if c == nil {
		c = &child{alone: newAlone(f.path), isDir: true}
		f.own[base] = c
	}
	if len(below) == 1 {
		c.isDir = hdr.Typeflag == tar.TypeDir
	}
	for i, part := range below[1:] {
		if strings.HasPrefix(part, layer.Whiteout) {
			c.hides = true
			c.opaque = c.opaque || part == opaqueWhiteout && i == 0
			return nil
		}
	}
	c.entries = true
	return c.alone.add(strings.Join(below, "/"), hdr, content)
}

// end lays the current layer on those below.
func (f *flattened) end() error {
	if f.allHidden {
		f.held = map[string]held{}
	}
	for name := range f.hidden {
		delete(f.held, name)
	}
	for name, c := range f.own {
		id, err := c.alone.diffID()
		if err != nil {
			return err
		}
		below, ok := f.held[name]
		mixed := ok && below.isDir && c.isDir
		switch {
		case !ok && !c.entries:
			continue
		case ok && !c.entries, mixed && !c.opaque && (c.hides || id != below.alone):
			id = ""
		}
		f.held[name] = held{id, c.isDir}
	}
	return nil
}
