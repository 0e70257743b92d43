// Package layering decides which store objects share a layer of an image.
//
// A strategy takes a closure and a number of layers and returns the plan: the
// objects of each layer, bottom layer first. "popularity", "auto" and pipelines are
// those of nixpkgs' dockerTools, and give the same layers in the same order;
// the others are ours.
//
// # Popularity
//
// The order "popularity" puts first what most of the closure needs, so that
// many images share their lowest layers. It follows the popularity contest of
// nixpkgs (references-by-popularity, closure-graph.py), and gives the same
// order. A walk is a way to follow references from a root, that is from an
// object that no other object refers to, whatever the roots of the closure
// are. With walks(u) the number of walks that end at u,
//
//	popularity(s) = sum of walks(u) over s and all its ancestors u
//
// where the ancestors of s are the objects whose closure holds s. Objects with
// the highest popularity come first; those with equal popularity are sorted by
// package name, which is the path with what stands before its first dash moved
// to the end ("hello-2.12-/nix/store/<hash>"), and then by path. The numbers
// are exact: real closures exceed 64 bits. References of an object to itself
// are ignored, and repeated ones count once.
//
// Where the reference implementation fails or is random, this order is fixed:
//
//   - Objects in a reference cycle have the same ancestors and, by definition,
//     the same walks: the walks that enter the cycle from outside, each
//     reference into it counted. What an object of the cycle refers to outside
//     of it gets that number for each such reference. Without cycles this is
//     the reference's count.
//   - Objects that no walk reaches, which are in cycles without a root or
//     behind them, come last, sorted by package name and then by path.
//
// A synthetic object, such as the image's config, counts like any other and is
// dropped from the result.
//
// # Classic split
//
// Given that order and N layers, the first N-1 objects get a layer each and
// all others share the last one. When there are at most N objects, each has a
// layer of its own.
//
// # Pinned
//
// "popularity_pinned" gives each pinned object a layer of its own, above those
// of the others, which are split as by "popularity" over the layers that
// remain. See pinned.go.
//
// # Auto
//
// "auto" gives the largest objects layers of their own, each with what only it
// needs (nixpkgs' auto-layer.py). See auto.go.
//
// # Size, origin
//
// "size" is the classic split of the objects by size, the largest first. With
// "origin", objects of one origin are one unit of that split: what is built
// together changes together. See size.go and origin.go.
//
// # Stable
//
// "stable" weighs what is sent again when objects change against what images
// share. See stable.go.
//
// # Pipelines
//
// A pipeline is a list of operations on the reference graph (nixpkgs'
// flatten-references-graph). See pipeline.go.
//
// # Base images
//
// What a base image already holds is left out of the layers, but stays in the
// graph while they are planned: the others keep their order and their places,
// and it takes no layer from them.
package layering

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/rules-strata/rules_strata/go/closure"
	"github.com/rules-strata/rules_strata/go/jsonfile"
	"github.com/rules-strata/rules_strata/go/store"
)

// Options say which plan Make computes.
type Options struct {
	// Closure names the closure.json.
	Closure string
	// Strategy is one of Names; "" when there is a pipeline.
	Strategy string
	// Pipeline names a pipeline file, "" when there is none.
	Pipeline string
	// MaxLayers is the number of layers that the image may have, all of them
	// counted. With a pipeline it is ignored, as dockerTools does.
	MaxLayers int
	// OwnLayers is the number of the image's layers that are neither the base
	// image's nor store layers nor whiteouts: the customisation layer.
	OwnLayers int
	// Base names the base.json of the base image, "" when there is none.
	Base string
	// Mutable name the layer.json of each object whose bytes may change while
	// its store path stays the same.
	Mutable []string
	// Pinned names a file of store paths, one a line, for the strategies that
	// pin objects; "" for none. Those that are not in the closure are ignored.
	Pinned string
	// Info name info.json files, for the strategies that need sizes. What is
	// in the closure already may be missing.
	Info []string
	// MinLayerSize is how many bytes of objects a layer should have: smaller
	// ones are joined, see joinSmall. 0 leaves them as they are. It is an error
	// with a pipeline.
	MinLayerSize int64
	// Debug is where a table of the plan is written to, nil when it is not.
	Debug io.Writer
}

// Make plans the store layers of an image. It is an error when the strategy is
// unknown, when a file is not what it should be, when nothing is left of
// MaxLayers, and when the image would have more than MaxImageLayers.
func Make(o Options) (*Plan, error) {
	if o.MinLayerSize < 0 {
		return nil, fmt.Errorf("min_layer_size is %d: want a number of bytes, 0 for none", o.MinLayerSize)
	}
	name, plan, err := o.strategy()
	if err != nil {
		return nil, err
	}
	c, err := closure.Read(o.Closure)
	if err != nil {
		return nil, err
	}
	p := &problem{closure: c, refs: referencesOf(c.Objects)}
	if err := p.readSizes(o.Info); err != nil {
		return nil, err
	}
	if p.pinned, err = readPinned(o.Pinned); err != nil {
		return nil, err
	}
	known, err := o.compareWithBase(c)
	if err != nil {
		return nil, err
	}
	p.leftOut = known.leftOut
	if p.layers, err = known.available(o); err != nil {
		return nil, err
	}
	layers, err := plan(p)
	if err != nil {
		return nil, err
	}
	if o.MinLayerSize > 0 {
		if err := p.needSizes(); err != nil {
			return nil, fmt.Errorf("min_layer_size: %w", err)
		}
		layers = p.joinSmall(layers, o.MinLayerSize)
	}
	known.keepReplaced(layers)
	out := &Plan{
		Layers:   make([][]store.Path, len(layers)),
		LeftOut:  sortedKeys(known.leftOut),
		Replaced: sortedKeys(known.replaced),
		Strategy: name,
		Version:  jsonfile.Version,
	}
	if o.Pipeline == "" {
		out.Why = make([]string, len(layers))
	}
	for i, l := range layers {
		out.Layers[i] = l.paths
		if out.Why != nil {
			out.Why[i] = l.why
		}
	}
	if o.Debug != nil {
		if err := p.debug(o.Debug, out, layers); err != nil {
			return nil, err
		}
	}
	if err := CheckDepth(known.usedLayers(o) + len(layers)); err != nil {
		return nil, err
	}
	return out, nil
}

// strategy is the one that the options ask for, and its name in the plan.
func (o *Options) strategy() (string, strategy, error) {
	if o.Pipeline != "" {
		if o.Strategy != "" {
			return "", nil, fmt.Errorf("both the layering strategy %q and the pipeline %s are given: give one of them", o.Strategy, o.Pipeline)
		}
		if o.MinLayerSize > 0 {
			return "", nil, fmt.Errorf("min_layer_size is %d, but the pipeline %s says what shares a layer: "+
				"set min_layer_size to 0, or give a layering strategy by name", o.MinLayerSize, o.Pipeline)
		}
		plan, err := readPipeline(o.Pipeline)
		return pipelineName, plan, err
	}
	if plan := strategies()[o.Strategy]; plan != nil {
		return o.Strategy, plan, nil
	}
	return "", nil, fmt.Errorf("unknown layering strategy %q: want %s, or a pipeline", o.Strategy, strings.Join(Names(), ", "))
}

func sortedKeys(set map[store.Path]bool) []store.Path {
	keys := make([]store.Path, 0, len(set))
	for path := range set {
		keys = append(keys, path)
	}
	slices.Sort(keys)
	return keys
}
