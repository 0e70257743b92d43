package image

import (
	"errors"
	"fmt"

	"github.com/rules-strata/rules_strata/go/baseinfo"
	"github.com/rules-strata/rules_strata/go/jsonfile"
	"github.com/rules-strata/rules_strata/go/layer"
	"github.com/rules-strata/rules_strata/go/layering"
	"github.com/rules-strata/rules_strata/go/store"
)

// Kinds of layers, from the bottom to the top of an image.
const (
	// BaseLayer is one of the image that the image is built on.
	BaseLayer = "base"
	// WhiteoutLayer removes store objects of the base, which layers above hold
	// with other bytes.
	WhiteoutLayer = "whiteout"
	// StoreLayer holds store objects and nothing else.
	StoreLayer = "store"
	// CustomisationLayer holds the links to the contents, and what the scripts
	// made; in an image of a single layer the store objects, too.
	CustomisationLayer = "customisation"
)

// Layer describes one layer of an image.
type Layer struct {
	// DiffID is "sha256:" and the hex digest of the uncompressed tar.
	DiffID string `json:"diff_id"`
	// Entries is the number of entries in the tar.
	Entries int `json:"entries"`
	// Kind is BaseLayer, WhiteoutLayer, StoreLayer or CustomisationLayer.
	Kind string `json:"kind"`
	// ObjectSizes are those of StorePaths: for each the size in bytes of the
	// uncompressed tar of a layer that holds it alone, 0 where it is not known.
	// A whiteout layer has none.
	ObjectSizes []int64 `json:"object_sizes,omitempty"`
	// Size is that of the uncompressed tar in bytes.
	Size int64 `json:"size"`
	// StorePaths are the objects in the layer, in the order of the tar, and
	// those that a whiteout layer removes.
	StorePaths []store.Path `json:"store_paths"`
	// Why says in a few words why the objects are in a layer of their own or
	// together, empty where the plan has no reason, as that of a pipeline has
	// none.
	Why string `json:"why,omitempty"`
}

// ObjectSize is that of StorePaths[i]; see ObjectSizes.
func (l *Layer) ObjectSize(i int) int64 {
	if i >= len(l.ObjectSizes) {
		return 0
	}
	return l.ObjectSizes[i]
}

// Layers is the content of layers.json.
type Layers struct {
	// Layers are all layers, bottom layer first.
	Layers []Layer `json:"layers"`
	// Objects are the store objects that the image holds, with those of the
	// base. The value is the diff ID of a layer with the object alone, empty
	// when it is not known; see baseinfo.Info.
	Objects map[store.Path]string `json:"objects"`
	Version int                   `json:"version"`
}

// Assemble lists the image's layers: those of the base, which may be nil, then
// one with whiteouts if the plan replaces something, one for each of the plan,
// described by single when it holds one object and by shared when it holds
// several, and the customisation layer on top.
func Assemble(
	base *baseinfo.Info, plan *layering.Plan, single map[store.Path]layer.Metadata, shared *Shared, customisation layer.Metadata,
) (*Layers, error) {
	if len(plan.Why) > 0 && len(plan.Why) != len(plan.Layers) {
		return nil, fmt.Errorf("the plan has %d reasons for %d layers: make it again", len(plan.Why), len(plan.Layers))
	}
	all := &Layers{Layers: []Layer{}, Objects: map[store.Path]string{}, Version: jsonfile.Version}
	if base != nil {
		for _, l := range base.Layers {
			all.Layers = append(all.Layers, Layer{DiffID: l.DiffID, Entries: l.Entries, Kind: BaseLayer, Size: l.Size, StorePaths: []store.Path{}})
		}
		for path, alone := range base.StorePaths {
			all.Objects[path] = alone
		}
	}
	if len(plan.Replaced) > 0 {
		if shared == nil || shared.Whiteouts == nil {
			return nil, errors.New("the plan replaces objects of the base image, and no --rest describes the layer that removes them")
		}
		l := fromMetadata(*shared.Whiteouts, WhiteoutLayer)
		l.StorePaths = plan.Replaced
		all.Layers = append(all.Layers, l)
	}
	for i, paths := range plan.Layers {
		m, err := describePlanned(i, paths, single, shared)
		if err != nil {
			return nil, err
		}
		l := fromMetadata(m, StoreLayer)
		l.ObjectSizes = sizesAlone(paths, single)
		if len(plan.Why) > 0 {
			l.Why = plan.Why[i]
		}
		all.Layers = append(all.Layers, l)
		for _, path := range paths {
			all.Objects[path] = single[path].DiffID
		}
	}
	for _, path := range customisation.StorePaths {
		m, ok := single[path]
		if !ok {
			return nil, fmt.Errorf("the customisation layer: no --layer describes %s", path)
		}
		all.Objects[path] = m.DiffID
	}
	top := fromMetadata(customisation, CustomisationLayer)
	top.ObjectSizes = sizesAlone(top.StorePaths, single)
	all.Layers = append(all.Layers, top)
	return all, layering.CheckDepth(len(all.Layers))
}

// sizesAlone are the sizes of the layers that hold one of the objects each.
func sizesAlone(paths []store.Path, single map[store.Path]layer.Metadata) []int64 {
	sizes := make([]int64, len(paths))
	for i, path := range paths {
		sizes[i] = single[path].Size
	}
	return sizes
}

func describePlanned(i int, paths []store.Path, single map[store.Path]layer.Metadata, shared *Shared) (layer.Metadata, error) {
	if len(paths) == 1 {
		m, ok := single[paths[0]]
		if !ok {
			return m, fmt.Errorf("layer %d of the plan: no --layer describes %s", i+1, paths[0])
		}
		return m, nil
	}
	m, ok := shared.find(paths)
	if !ok {
		return m, fmt.Errorf("layer %d of the plan holds %d objects, from %s on, and no --rest describes it", i+1, len(paths), first(paths))
	}
	return m, nil
}

func fromMetadata(m layer.Metadata, kind string) Layer {
	paths := m.StorePaths
	if paths == nil {
		paths = []store.Path{}
	}
	return Layer{DiffID: m.DiffID, Entries: m.Entries, Kind: kind, Size: m.Size, StorePaths: paths}
}

// WhiteoutNames are the names, "<hash>-<name>", that a layer of the kind
// WhiteoutLayer removes.
func (l *Layer) WhiteoutNames() []string { return names(l.StorePaths) }

func names(paths []store.Path) []string {
	list := make([]string, len(paths))
	for i, path := range paths {
		list[i] = path.Base()
	}
	return list
}

// BaseInfo says of the image what base.json says of an image to build on.
func (l *Layers) BaseInfo(config []byte) baseinfo.Info {
	info := baseinfo.Info{ConfigDigest: ID(config), StorePaths: l.Objects, Version: jsonfile.Version}
	for _, one := range l.Layers {
		info.Layers = append(info.Layers, baseinfo.Layer{DiffID: one.DiffID, Entries: one.Entries, Size: one.Size})
	}
	return info
}
