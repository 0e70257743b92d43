package rebuild

import "slices"

// Loaded is what an engineer's engine gets of an image that it has in an older
// version.
type Loaded struct {
	// Bytes are in layers that the older version lacks: what engines get that
	// know layers by digest. Chain is in layers from the first that differs up:
	// what Docker's classic store gets, and what all engines unpack.
	Bytes, Chain float64
}

// Add adds another one, a number of times.
func (l *Loaded) Add(other Loaded, times float64) {
	l.Bytes += times * other.Bytes
	l.Chain += times * other.Chain
}

// Load compares the layers of an image with those that an engine has.
func Load(had, layers []Layer) Loaded {
	known := map[uint64]bool{}
	for _, l := range had {
		known[l.Digest] = true
	}
	var out Loaded
	same := true
	for i, l := range layers {
		same = same && i < len(had) && had[i].Digest == l.Digest
		if !known[l.Digest] {
			out.Bytes += float64(l.Size)
		}
		if !same {
			out.Chain += float64(l.Size)
		}
	}
	return out
}

// Loop is what a load brings after an edit of one object that leaves the plan
// as it is: the mean over the objects that an engineer of an image edits. These
// are the first-party objects of the folders of its contents, by activity.
// Actions is how many actions run.
func (b *Builds) Loop(image int) (loaded Loaded, actions float64) {
	im := b.images[image]
	var folders []int
	for _, o := range b.graph.Images[image].Contents {
		folders = append(folders, b.graph.Objects[o].Folder)
	}
	var total float64
	above := make([]int64, len(im.layers)+1)
	for i := len(im.layers) - 1; i >= 0; i-- {
		above[i] = above[i+1] + im.layers[i].Size
	}
	for i, l := range im.layers {
		for _, object := range l.Objects {
			o := &b.graph.Objects[object]
			if !o.FirstParty() || !slices.Contains(folders, o.Folder) {
				continue
			}
			total += o.Activity
			loaded.Add(Loaded{float64(l.Size), float64(above[i])}, o.Activity)
			actions += o.Activity * float64(b.loopActions(len(l.Objects) > 1))
		}
	}
	if total == 0 {
		return Loaded{}, 0
	}
	return Loaded{loaded.Bytes / total, loaded.Chain / total}, actions / total
}

// loopActions is how many actions run when an object is edited and the image is
// loaded; shared says whether it shares a layer.
func (b *Builds) loopActions(shared bool) int {
	if keepsTars(b.options.Strategy) {
		return 2 // LayerTar and ImageLayout
	}
	n := 2 // ObjectLayer and ImageConfig
	if shared {
		n++
	}
	if b.options.needsSizes() {
		n += 2
	}
	return n
}
