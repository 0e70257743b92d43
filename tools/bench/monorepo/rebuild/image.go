package rebuild

// image is an image that is built.
type image struct {
	// objects are its candidates, sorted.
	objects []int
	// keys are those of its actions, 0 for those that it does not have.
	keys [Kinds]key
	// remoteRest is the key of RestLayer, and of its BlobInfo, in a remote cache.
	// The bytes of all objects are in it: which were not read is only known to
	// the Bazel server that ran the action before.
	remoteRest key
	// plan are the objects of each layer.
	plan   [][]int
	layers []Layer
	shape  shape
	// read are the bytes of objects that an action reads.
	read [Kinds]int64
	// tars are the layers that are files; nil with store objects.
	tars []Layer
}

// linksSize is the size of a customisation layer with a few links: the smallest
// tar.
const linksSize = 10240

// next is an image as it is to be built now.
func (b *Builds) next(i int, before *image) (*image, error) {
	im := &b.graph.Images[i]
	now := &image{objects: b.graph.Closure(i), plan: before.plan}
	var graph, bytes, links key
	for _, o := range now.objects {
		object := &b.graph.Objects[o]
		graph = graph.add(o).all(object.Refs)
		bytes = bytes.add(o).add(object.Version)
		now.shape.refs += len(object.Refs)
	}
	for _, o := range im.Contents {
		links = links.add(o).add(b.graph.Objects[o].Listing)
	}
	closure := graph.all(im.Contents)
	plan := closure.add(b.options.maxLayers(im))
	if b.options.needsSizes() {
		plan = plan.with(bytes)
	}
	if plan != before.keys[LayerPlan] || len(before.layers) == 0 {
		var err error
		if now.plan, err = b.planner.plan(i, now.objects); err != nil {
			return nil, err
		}
	}
	now.layers = b.layers(now.plan)
	now.shape.objects, now.shape.layers = len(now.objects), len(now.layers)+1
	planned, shared := now.rest()
	now.keys[LayerPlan] = plan
	if keepsTars(b.options.Strategy) {
		now.tars = now.layers
		now.keys[ImageLayout] = planned.with(bytes).add(im.Config)
		return now, nil
	}
	now.keys[CustomisationLayer] = links
	now.keys[Closure] = closure.add(im.Config)
	if b.options.canShare(len(now.objects), b.options.maxLayers(im)) {
		now.keys[RestLayer] = planned.all(now.objects).with(shared)
		now.remoteRest = planned.all(now.objects).with(bytes)
	}
	now.keys[ImageConfig] = planned.with(bytes).with(shared).with(links).add(im.Config)
	if b.options.Push {
		now.keys[CustomisationBlobInfo] = links
		now.keys[RestBlobInfo] = now.keys[RestLayer]
		now.keys[ImageManifest] = now.keys[ImageConfig]
		now.keys[PushManifest] = now.keys[ImageManifest]
	}
	now.layers = append(now.layers, Layer{Digest: uint64(links), Size: linksSize})
	return now, nil
}

// rest are the keys of the plan and of the bytes that share a layer; it also
// counts what is alone, and what the rest's actions read.
func (im *image) rest() (planned, shared key) {
	for _, l := range im.layers {
		planned = planned.all(l.Objects)
		if len(l.Objects) == 1 {
			im.shape.alone++
			continue
		}
		shared = shared.add(int(l.Digest))
		im.read[RestLayer] += l.Size
		im.read[RestBlobInfo] += l.Size
	}
	return planned, shared
}

// layers are the layers of a plan.
func (b *Builds) layers(plan [][]int) []Layer {
	layers := make([]Layer, len(plan))
	for n, objects := range plan {
		var digest key
		for _, o := range objects {
			digest = digest.add(o).add(b.graph.Objects[o].Version)
			layers[n].Size += b.graph.Objects[o].Size
		}
		layers[n].Digest, layers[n].Objects = uint64(digest), objects
	}
	return layers
}

// runs says which actions make this image of what it was before.
func (im *image) runs(before *image, owner string, run func(Run)) {
	if im.tars != nil {
		im.tarRuns(before, owner, run)
		return
	}
	for k := CustomisationLayer; k <= PushManifest; k++ {
		changed := im.keys[k] != before.keys[k]
		fresh := !changed && (k == RestLayer || k == RestBlobInfo) && im.remoteRest != before.remoteRest
		if im.keys[k] != 0 && (changed || fresh) {
			s := im.shape
			s.read = im.read[k]
			r := Run{Kind: k, Owner: owner, Fresh: fresh, shape: s}
			if k == RestLayer || k == RestBlobInfo {
				r.inputs = im.objects
			}
			run(r)
		}
	}
}

// tarRuns are the actions of rules that write the layers to files: those of
// layers that changed, and the image's.
func (im *image) tarRuns(before *image, owner string, run func(Run)) {
	had := map[uint64]bool{}
	for _, l := range before.tars {
		had[l.Digest] = true
	}
	for _, l := range im.tars {
		if !had[l.Digest] {
			run(Run{Kind: LayerTar, Owner: owner, shape: shape{read: l.Size}, inputs: l.Objects})
		}
	}
	if im.keys[ImageLayout] != before.keys[ImageLayout] {
		run(Run{Kind: ImageLayout, Owner: owner, shape: im.shape})
	}
}
