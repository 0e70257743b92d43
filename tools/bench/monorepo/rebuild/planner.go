package rebuild

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rules-strata/rules_strata/go/closure"
	"github.com/rules-strata/rules_strata/go/jsonfile"
	"github.com/rules-strata/rules_strata/go/layering"
	"github.com/rules-strata/rules_strata/go/store"
	"github.com/rules-strata/rules_strata/tools/bench/monorepo"
)

// Strategies that rules without store objects have: the bytes of each layer
// are files that actions of the image write.
const (
	// OneLayer has everything in one layer.
	OneLayer = "one layer"
	// ThreeLayers has what is external in one layer, first-party libraries in
	// the next and the contents in the third: what people pick by hand.
	ThreeLayers = "three layers"
)

// keepsTars says whether a strategy is one of those above.
func keepsTars(strategy string) bool { return strategy == OneLayer || strategy == ThreeLayers }

// needsSizes says whether the plan depends on the sizes of objects, as
// rules/private/rules/image_layering.bzl has it.
func (o *Options) needsSizes() bool {
	return slices.Contains([]string{"auto", "origin", "size", "stable"}, o.Strategy) || o.MinLayerSize > 0
}

// canShare says whether an image has a RestLayer action, as the same file has
// it, for images without a base.
func (o *Options) canShare(objects, maxLayers int) bool {
	if slices.Contains([]string{"auto", "origin"}, o.Strategy) || o.MinLayerSize > 0 {
		return objects > 1
	}
	return objects > maxLayers-1
}

// planner plans the layers of images.
type planner struct {
	graph   *monorepo.Graph
	options *Options
	folder  string
	// paths are the store paths of the objects, index where each is in them.
	paths []store.Path
	index map[store.Path]int
}

func newPlanner(g *monorepo.Graph, o *Options, folder string) *planner {
	return &planner{graph: g, options: o, folder: folder, index: map[store.Path]int{}}
}

// pathOf is a store path for a name.
func pathOf(name string) store.Path {
	sum := sha256.Sum256([]byte(name))
	return store.Path(fmt.Sprintf("%s/%s-%s", store.DefaultDir, store.Base32(sum[:20]), name))
}

// path is the store path of an object.
func (p *planner) path(object int) store.Path {
	for i := len(p.paths); i <= object; i++ {
		path := pathOf(p.graph.Objects[i].Name)
		p.paths = append(p.paths, path)
		p.index[path] = i
	}
	return p.paths[object]
}

// plan are the objects of each layer of an image, bottom layer first.
func (p *planner) plan(image int, objects []int) ([][]int, error) {
	im := &p.graph.Images[image]
	switch p.options.Strategy {
	case OneLayer:
		return [][]int{objects}, nil
	case ThreeLayers:
		return p.threeLayers(im, objects), nil
	}
	file := filepath.Join(p.folder, "closure.json")
	if err := p.write(file, im, objects); err != nil {
		return nil, err
	}
	o := layering.Options{
		Closure: file, Strategy: p.options.Strategy, MaxLayers: p.options.maxLayers(im), OwnLayers: 1, MinLayerSize: p.options.MinLayerSize,
	}
	if o.Strategy == "popularity_pinned" {
		o.Pinned = filepath.Join(p.folder, "pinned")
		if err := p.writePinned(o.Pinned, objects); err != nil {
			return nil, err
		}
	}
	plan, err := layering.Make(o)
	if err != nil {
		return nil, fmt.Errorf("plan the layers of %s: %w", im.Name, err)
	}
	layers := make([][]int, len(plan.Layers))
	for i, paths := range plan.Layers {
		for _, path := range paths {
			layers[i] = append(layers[i], p.index[path])
		}
	}
	return layers, nil
}

// write writes the closure as the action does: the config and the
// customisation layer count as objects.
func (p *planner) write(file string, im *monorepo.Image, objects []int) error {
	config, links := pathOf("config"), pathOf("customisation-layer")
	c := closure.Closure{Version: jsonfile.Version, Roots: []store.Path{config, links}}
	c.Objects = append(c.Objects, closure.Object{Path: config, References: []store.Path{}, Synthetic: true},
		closure.Object{Path: links, References: p.all(im.Contents), Synthetic: true})
	for _, i := range objects {
		o := &p.graph.Objects[i]
		c.Objects = append(c.Objects, closure.Object{NarSize: o.Size, Origin: o.Origin, Path: p.path(i), References: p.all(o.Refs)})
	}
	slices.SortFunc(c.Objects, func(a, b closure.Object) int { return strings.Compare(string(a.Path), string(b.Path)) })
	slices.Sort(c.Roots)
	data, err := json.Marshal(&c)
	if err != nil {
		return err
	}
	return os.WriteFile(file, data, 0o644)
}

// all are the store paths of some objects, sorted.
func (p *planner) all(objects []int) []store.Path {
	paths := make([]store.Path, len(objects))
	for n, i := range objects {
		paths[n] = p.path(i)
	}
	slices.Sort(paths)
	return paths
}

// writePinned pins what is first-party.
func (p *planner) writePinned(file string, objects []int) error {
	var text strings.Builder
	for _, i := range objects {
		if p.graph.Objects[i].FirstParty() {
			text.WriteString(string(p.path(i)) + "\n")
		}
	}
	return os.WriteFile(file, []byte(text.String()), 0o644)
}

func (p *planner) threeLayers(im *monorepo.Image, objects []int) [][]int {
	var layers [3][]int
	for _, i := range objects {
		n := 0
		switch {
		case slices.Contains(im.Contents, i):
			n = 2
		case p.graph.Objects[i].FirstParty():
			n = 1
		}
		layers[n] = append(layers[n], i)
	}
	return slices.DeleteFunc(layers[:], func(l []int) bool { return len(l) == 0 })
}
