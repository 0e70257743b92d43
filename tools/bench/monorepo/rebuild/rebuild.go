// Package rebuild says which actions a build of images runs after a change,
// and what the layers of the images then are.
//
// It works as Bazel does: each action has a key of all that it depends on, and
// runs when the key is another one. What is in which key follows the rules in
// rules/private/actions; a test replays the edits of e2e/incremental_test.go,
// which asserts the actions from Bazel's execution log.
package rebuild

import (
	"fmt"
	"slices"

	"github.com/rules-strata/rules_strata/tools/bench/monorepo"
)

// Options say how images are built.
type Options struct {
	// Strategy is a strategy of layering, OneLayer or ThreeLayers.
	Strategy string
	// MaxLayers and MinLayerSize are the attributes of the images.
	MaxLayers    int
	MinLayerSize int64
	// Push builds what a registry gets, too.
	Push bool
}

func (o *Options) maxLayers(im *monorepo.Image) int {
	if im.MaxLayers > 0 {
		return im.MaxLayers
	}
	return o.MaxLayers
}

// Layer is a layer of an image.
type Layer struct {
	// Digest is the same for the same bytes.
	Digest uint64
	// Size is the size of its objects in bytes.
	Size int64
	// Objects are those in it, none for the layer of links.
	Objects []int
}

// Builds are the images of a monorepo, as far as they are built.
type Builds struct {
	graph   *monorepo.Graph
	options Options
	planner *planner
	images  []*image
	objects []objectKeys
}

// objectKeys are the keys of an object's actions.
type objectKeys [ObjectBlobInfo + 1]key

// New builds all images. The folder is for files, and must be there as long as
// something is built.
func New(g *monorepo.Graph, o Options, folder string, run func(Run)) (*Builds, error) {
	b := &Builds{graph: g, options: o}
	b.planner = newPlanner(g, &b.options, folder)
	for i := range g.Images {
		if err := b.image(i, run); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// Layers are the layers of an image, bottom layer first.
func (b *Builds) Layers(image int) []Layer { return b.images[image].layers }

// Objects are the objects of an image, sorted.
func (b *Builds) Objects(image int) []int { return b.images[image].objects }

// SharesLayers says whether an image has an action RestLayer.
func (b *Builds) SharesLayers(image int) bool { return b.images[image].keys[RestLayer] != 0 }

// Affected are the images that hold an object of a change, and those that are new
// or have another config; sorted.
func (b *Builds) Affected(c monorepo.Change) []int {
	affected := slices.Clone(c.Images)
	for i, im := range b.images {
		for _, o := range c.Objects {
			if _, found := slices.BinarySearch(im.objects, o); found {
				affected = append(affected, i)
				break
			}
		}
	}
	slices.Sort(affected)
	return slices.Compact(affected)
}

// Build builds some images again, and says which actions that runs.
func (b *Builds) Build(images []int, run func(Run)) error {
	for _, i := range images {
		if err := b.image(i, run); err != nil {
			return err
		}
	}
	return nil
}

// image builds an image and the objects that it needs.
func (b *Builds) image(i int, run func(Run)) error {
	for len(b.images) <= i {
		b.images = append(b.images, &image{})
	}
	now, err := b.next(i, b.images[i])
	if err != nil {
		return fmt.Errorf("build %s: %w", b.graph.Images[i].Name, err)
	}
	if !keepsTars(b.options.Strategy) {
		for _, o := range now.objects {
			b.object(o, run)
		}
	}
	now.runs(b.images[i], b.graph.Images[i].Name, run)
	b.images[i] = now
	return nil
}

// object runs the actions of an object that are not up to date.
func (b *Builds) object(i int, run func(Run)) {
	for len(b.objects) <= i {
		b.objects = append(b.objects, objectKeys{})
	}
	o := &b.graph.Objects[i]
	bytes := key(0).add(i).add(o.Version)
	want := objectKeys{
		ObjectLayer: bytes.add(o.Listing).all(o.Refs),
	}
	if b.options.needsSizes() {
		want[ObjectInfo] = bytes
	}
	if b.options.Push {
		want[ObjectBlobInfo] = bytes
	}
	for k, is := range want {
		if is != b.objects[i][k] {
			run(Run{Kind: Kind(k), Owner: o.Name, shape: shape{read: o.Size}})
		}
	}
	b.objects[i] = want
}
