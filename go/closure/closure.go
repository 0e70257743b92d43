// Package closure computes closures: the store objects that a set of roots
// needs, that is the roots, what they refer to, what that refers to, and so on.
//
// It reads graph files as Nix writes them (the manual's "Exporting references
// graphs" and nixpkgs' closureInfo) and writes closure.json, which holds paths
// and references but nothing of the objects' content, so that it changes only
// when a reference does.
package closure

import (
	"fmt"
	"maps"
	"path"
	"slices"

	"github.com/rules-strata/rules_strata/go/jsonfile"
	"github.com/rules-strata/rules_strata/go/store"
)

// Object is one store object of a closure. The fields are in the order of
// their JSON keys.
type Object struct {
	// NarSize is the length of the object's NAR in bytes; 0 means unknown, as
	// it does in Nix.
	NarSize int64 `json:"narSize,omitempty"`
	// Origin says what the object is built from: objects of one origin are
	// built, and so change, together. It holds no version. "" means unknown.
	Origin string `json:"origin,omitempty"`
	// Path is where the object lives.
	Path store.Path `json:"path"`
	// References are the paths that the object's bytes mention, sorted, each
	// once, possibly with Path among them.
	References []store.Path `json:"references"`
	// Synthetic marks an object that has references but no bytes, such as an
	// image's config: it counts when objects are ordered, and is in no layer.
	Synthetic bool `json:"synthetic,omitempty"`
}

// Closure is what closure.json holds: every reference of an object, and every
// root, is the path of an object.
type Closure struct {
	// Objects are sorted by path.
	Objects []Object `json:"objects"`
	// Roots are sorted, each once.
	Roots []store.Path `json:"roots"`
	// Version is jsonfile.Version.
	Version int `json:"version"`
}

// Options say which closure Make computes.
type Options struct {
	// StoreDir is the store directory of every object, "/nix/store".
	StoreDir string
	// Graphs name the graph files. Each is a JSON array of objects with the
	// fields path, references and, if known, narSize (bytes), origin, label (a
	// Bazel label, for messages) and synthetic; or an object with that array
	// under "closure", which is what Nix's structured attributes hold. All
	// other fields are ignored.
	Graphs []string
	// Roots are the objects to start from.
	Roots []string
	// Synthetic are objects made from what a file mentions; each is a root.
	Synthetic []Synthetic
}

// Synthetic asks for a synthetic object.
type Synthetic struct {
	// Path is the store path that the object takes.
	Path string
	// File is the file whose mentions of store paths are its references.
	File string
}

// Make computes the closure of the roots and the synthetic objects. Without
// either, every object of the graphs is a root.
//
// It is an error when a graph file is malformed, when two of them disagree on
// an object, when any object of the graphs has a reference that is not in
// them, and when a root is not.
func Make(o Options) (*Closure, error) {
	if !path.IsAbs(o.StoreDir) || path.Clean(o.StoreDir) != o.StoreDir || o.StoreDir == "/" {
		return nil, fmt.Errorf("the store directory %q is not a plain absolute path, such as %s", o.StoreDir, store.DefaultDir)
	}
	g := newGraph(o.StoreDir)
	for _, file := range o.Graphs {
		if err := g.readFile(file); err != nil {
			return nil, err
		}
	}
	if err := g.addSynthetic(o.Synthetic); err != nil {
		return nil, err
	}
	roots := make([]store.Path, 0, len(o.Roots)+len(o.Synthetic))
	for _, root := range o.Roots {
		roots = append(roots, store.Path(root))
	}
	for _, s := range o.Synthetic {
		roots = append(roots, store.Path(s.Path))
	}
	if len(roots) == 0 {
		roots = slices.Collect(maps.Keys(g.nodes))
	}
	return g.closure(roots)
}

// Write writes the closure to a file as closure.json.
func (c *Closure) Write(file string) error {
	return jsonfile.Write(file, c)
}
