package rebuild

// Registry is a registry with a repository for each image. It keeps each blob
// once, but asks for one in each repository that lacks it: a push mounts only
// layers of a base image from another repository.
type Registry struct {
	has          map[uint64]bool
	repositories []map[uint64]bool
	// Pushed is what pushes came to.
	Pushed Pushed
}

// Pushed counts what a registry gets. Sizes are uncompressed.
type Pushed struct {
	// Images are pushes of an image with a change, Layers what they sent.
	Images, Layers, Bytes int64
	// StoredLayers and StoredBytes are what the registry had in no repository.
	StoredLayers, StoredBytes int64
	// Requests are a question for each blob, two requests for each that is
	// sent, and one for the manifest and for the tag.
	Requests int64
}

// NewRegistry is an empty registry.
func NewRegistry() *Registry { return &Registry{has: map[uint64]bool{}} }

// Push pushes an image.
func (r *Registry) Push(image int, layers []Layer) {
	for len(r.repositories) <= image {
		r.repositories = append(r.repositories, map[uint64]bool{})
	}
	p, in := &r.Pushed, r.repositories[image]
	p.Images++
	const config = 1
	p.Requests += int64(len(layers)) + config + 2*config + 2
	for _, l := range layers {
		if in[l.Digest] {
			continue
		}
		in[l.Digest] = true
		p.Layers++
		p.Bytes += l.Size
		p.Requests += 2
		if !r.has[l.Digest] {
			r.has[l.Digest] = true
			p.StoredLayers++
			p.StoredBytes += l.Size
		}
	}
}
