package layering

import (
	"fmt"

	"github.com/rules-strata/rules_strata/go/baseinfo"
	"github.com/rules-strata/rules_strata/go/closure"
	"github.com/rules-strata/rules_strata/go/layer"
	"github.com/rules-strata/rules_strata/go/store"
)

// known is what the base image holds already.
type known struct {
	// layers is the number of its layers.
	layers int
	// leftOut are the objects of the closure that it holds.
	leftOut map[store.Path]bool
	// replaced are those that it holds with other bytes.
	replaced map[store.Path]bool
}

// compareWithBase finds the objects of the closure that the base image holds.
// A store path of Nix says what the object is. One whose bytes may change does
// not: its layer must be the one that the base's object would have. One that is
// placed in a directory with others is then put over the base's, of which only
// files can be told apart: nothing is replaced.
func (o *Options) compareWithBase(c *closure.Closure) (*known, error) {
	k := &known{leftOut: map[store.Path]bool{}, replaced: map[store.Path]bool{}}
	if o.Base == "" {
		return k, nil
	}
	base, err := baseinfo.Read(o.Base)
	if err != nil {
		return nil, err
	}
	k.layers = len(base.Layers)
	mutable, err := readMutable(o.Mutable)
	if err != nil {
		return nil, err
	}
	for _, object := range c.Objects {
		held, ok := base.StorePaths[object.Path]
		if !ok || object.Synthetic {
			continue
		}
		own, ok := mutable[object.Path]
		switch {
		case !ok || own.DiffID == held:
			k.leftOut[object.Path] = true
		case own.Root == "":
			k.replaced[object.Path] = true
		}
	}
	return k, nil
}

// keepReplaced forgets what a pipeline has removed: it replaces nothing.
func (k *known) keepReplaced(layers []planned) {
	kept := map[store.Path]bool{}
	for _, l := range layers {
		for _, path := range l.paths {
			if k.replaced[path] {
				kept[path] = true
			}
		}
	}
	k.replaced = kept
}

// readMutable reads the layer.json of objects that are alone in their layers,
// and returns what they say.
func readMutable(files []string) (map[store.Path]layer.Metadata, error) {
	layers := make(map[store.Path]layer.Metadata, len(files))
	for _, file := range files {
		m, err := layer.ReadMetadata(file)
		if err != nil {
			return nil, err
		}
		if len(m.StorePaths) != 1 {
			return nil, fmt.Errorf("%s: the layer has %d store objects: want one, whose bytes may change", file, len(m.StorePaths))
		}
		path := m.StorePaths[0]
		if other, ok := layers[path]; ok && other.DiffID != m.DiffID {
			return nil, fmt.Errorf("%s: %s has the diff ID %s here, and %s in another file", file, path, m.DiffID, other.DiffID)
		}
		layers[path] = m
	}
	return layers, nil
}
