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

// Shared is the content of rest.json: the layers of a plan that hold several
// objects.
type Shared struct {
	Layers  []layer.Metadata `json:"layers"`
	Version int              `json:"version"`
}

// Objects opens store objects by their paths.
type Objects interface {
	Open(path store.Path) (*object.Object, error)
}

// DescribeShared describes the layers of a plan that hold several objects.
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
		return m, fmt.Errorf("layer of %s: %w", paths[0], err)
	}
	return m, nil
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
