// Package layering decides which store objects share a layer of an image.
//
// A strategy takes a closure and a number of layers and returns the plan: the
// objects of each layer, bottom layer first. The strategies are those of
// nixpkgs' dockerTools.
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
package layering

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/rules-strata/rules_strata/go/closure"
	"github.com/rules-strata/rules_strata/go/jsonfile"
	"github.com/rules-strata/rules_strata/go/store"
)

// Strategy plans the layers of a closure: at most n of them, bottom layer
// first, n >= 1. Every object of the closure that is not synthetic is in
// exactly one layer, and no layer is empty.
type Strategy func(c *closure.Closure, n int) ([][]store.Path, error)

// strategies are the strategies by name. A new one is a file of its own and a
// line here.
func strategies() map[string]Strategy {
	return map[string]Strategy{
		"popularity": planPopularity,
	}
}

// Names lists the strategies, sorted.
func Names() []string {
	return slices.Sorted(maps.Keys(strategies()))
}

// Options say which plan Make computes.
type Options struct {
	// Closure names the closure.json.
	Closure string
	// Strategy is one of Names.
	Strategy string
	// MaxLayers is the number of store layers that the image may have,
	// together with the layers of the base image.
	MaxLayers int
	// Base names the base.json of the base image, "" when there is none.
	Base string
}

// Make plans the store layers of an image. It is an error when the strategy is
// unknown, when a file is not what it should be, and when the base image
// leaves no layer.
func Make(o Options) (*Plan, error) {
	strategy := strategies()[o.Strategy]
	if strategy == nil {
		return nil, fmt.Errorf("unknown layering strategy %q: want %s", o.Strategy, strings.Join(Names(), ", "))
	}
	n, err := available(o)
	if err != nil {
		return nil, err
	}
	c, err := closure.Read(o.Closure)
	if err != nil {
		return nil, err
	}
	layers, err := strategy(c, n)
	if err != nil {
		return nil, err
	}
	return &Plan{Version: jsonfile.Version, Strategy: o.Strategy, Layers: layers}, nil
}

// available is the number of store layers that the base image leaves, at
// least 1.
func available(o Options) (int, error) {
	used := 0
	usedBy := ""
	if o.Base != "" {
		base, err := ReadBase(o.Base)
		if err != nil {
			return 0, err
		}
		used = base.Layers
		usedBy = fmt.Sprintf("the base image (%s) has %d and ", o.Base, used)
	}
	if n := o.MaxLayers - used; n >= 1 {
		return n, nil
	}
	// An image's max_layers counts its customisation layer too.
	return 0, fmt.Errorf("no layer is left for the store objects: of max_layers = %d layers, %sthe customisation layer is 1: set max_layers to at least %d",
		o.MaxLayers+1, usedBy, used+2)
}
