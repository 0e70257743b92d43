package image

import (
	"fmt"
	"io"
	"slices"

	"github.com/rules-strata/rules_strata/go/jsonfile"
	"github.com/rules-strata/rules_strata/go/layer"
	"github.com/rules-strata/rules_strata/go/layering"
	"github.com/rules-strata/rules_strata/go/object"
	"github.com/rules-strata/rules_strata/go/store"
)

// Shared is the content of rest.json: the layers of a plan that no single
// object has.
type Shared struct {
	// Layers are those with several objects, or with none.
	Layers []layer.Metadata `json:"layers"`
	// Whiteouts is the layer that removes what the plan replaces, nil if it
	// replaces nothing.
	Whiteouts *layer.Metadata `json:"whiteouts,omitempty"`
	Version   int             `json:"version"`
}

// Objects opens store objects by their paths.
type Objects interface {
	Open(path store.Path) (*object.Object, error)
}

// DescribeShared describes the layers of a plan that no single object has.
func DescribeShared(plan *layering.Plan, objects Objects, o layer.Options) (*Shared, error) {
	shared := &Shared{Layers: []layer.Metadata{}, Version: jsonfile.Version}
	for _, paths := range plan.Layers {
		if len(paths) == 1 {
			continue
		}
		m, err := WriteStoreLayer(io.Discard, paths, objects, o)
		if err != nil {
			return nil, err
		}
		shared.Layers = append(shared.Layers, m)
	}
	if len(plan.Replaced) > 0 {
		m, err := layer.WriteWhiteouts(io.Discard, o.StoreDir, names(plan.Replaced), o.MTime)
		if err != nil {
			return nil, fmt.Errorf("layer of whiteouts: %w", err)
		}
		shared.Whiteouts = &m
	}
	return shared, nil
}

// WriteStoreLayer writes the tar of some objects in the order given.
func WriteStoreLayer(w io.Writer, paths []store.Path, objects Objects, o layer.Options) (layer.Metadata, error) {
	var open []*object.Object
	defer func() {
		for _, obj := range open {
			obj.Close()
		}
	}()
	for _, path := range paths {
		obj, err := objects.Open(path)
		if err != nil {
			return layer.Metadata{}, err
		}
		open = append(open, obj)
	}
	m, err := layer.Write(w, open, o)
	if err != nil {
		return m, fmt.Errorf("layer of %s: %w", first(paths), err)
	}
	return m, nil
}

// first names a layer by its first object.
func first(paths []store.Path) string {
	if len(paths) == 0 {
		return "no objects"
	}
	return string(paths[0])
}

func (s *Shared) find(paths []store.Path) (layer.Metadata, bool) {
	if s != nil {
		for _, m := range s.Layers {
			if slices.Equal(m.StorePaths, paths) {
				return m, true
			}
		}
	}
	return layer.Metadata{}, false
}
