// Package download keeps images of registries as OCI layouts (OCI image
// specification, "Image Layout"), byte for byte as the registry has them.
//
// A layout appears whole or not at all. Until then, what has arrived is in a
// folder beside it, .NAME.partial, where another try finds it and goes on. If
// there is an empty folder already, which may be where somebody works, a link or
// a mount point, it is filled and not replaced: what has arrived is in .partial
// in it, and index.json, without which no layout is one, appears last.
package download

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"golang.org/x/sync/errgroup"

	"github.com/rules-strata/rules_strata/go/outfile"
	"github.com/rules-strata/rules_strata/go/progress"
	"github.com/rules-strata/rules_strata/go/registry"
)

const (
	// maxDepth is how deep indexes may be nested in each other.
	maxDepth    = 4
	defaultJobs = 4
)

// Options say what is downloaded, and how.
type Options struct {
	// Platform chooses among the images of an index.
	Platform registry.Platform
	// All keeps an index with all that is in it, for whatever platform.
	All bool
	// Jobs is the number of blobs fetched at a time; 0: 4.
	Jobs int
	// Progress shows blobs on their way; nil: nothing is shown.
	Progress *progress.Reporter
}

// Result is what a layout holds.
type Result struct {
	// Descriptor is of the image, or of the index with Options.All.
	Descriptor v1.Descriptor
	// Blobs is how many layers and configs there are, and Kept how many of them
	// were there from a try before.
	Blobs, Kept int
}

// UnfinishedError is that of a download of which something has arrived.
type UnfinishedError struct {
	// Folder is where that is.
	Folder string
	Err    error
}

func (e *UnfinishedError) Error() string {
	again := "pull again"
	var full *outfile.DiskError
	if errors.As(e.Err, &full) {
		again = "then pull again"
	}
	return fmt.Sprintf("%v: what has arrived is in %s: %s to go on", e.Err, e.Folder, again)
}

// Unwrap is why it ended.
func (e *UnfinishedError) Unwrap() error { return e.Err }

// Layout downloads what a reference names into a layout at dir, where nothing
// may be but an empty directory. Every blob is checked against its descriptor.
// The error is an *UnfinishedError if another try goes on from what has arrived.
func Layout(ctx context.Context, client *registry.Client, ref name.Reference, dir string, o Options) (*Result, error) {
	p, err := openPartial(dir)
	if err != nil {
		return nil, err
	}
	defer p.close()
	if o.Progress == nil {
		o.Progress = progress.New(nil)
	}
	d := &download{client: client, repo: ref.Context(), options: o, partial: p}
	r, err := d.run(ctx, ref)
	if err == nil {
		return r, nil
	}
	if kept := p.discardEmpty(); kept {
		err = &UnfinishedError{Folder: p.folder, Err: err}
	}
	return nil, err
}

// download is one under way.
type download struct {
	client  *registry.Client
	repo    name.Repository
	options Options
	partial *partial

	manifests []*registry.Manifest
	blobs     []v1.Descriptor
}

func (d *download) run(ctx context.Context, ref name.Reference) (*Result, error) {
	top, platform, err := d.find(ctx, ref)
	if err != nil {
		return nil, err
	}
	r := &Result{Descriptor: top, Blobs: len(d.blobs)}
	if r.Kept, err = d.fetch(ctx); err != nil {
		return nil, err
	}
	for _, m := range d.manifests {
		if err := d.partial.write(m.Descriptor, m.Data); err != nil {
			return nil, err
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	top.Platform = platform
	if top.Annotations, err = annotations(ref); err != nil {
		return nil, err
	}
	return r, d.partial.commit(top, d.sizes())
}

// find fetches the manifests. The platform is nil for an index.
func (d *download) find(ctx context.Context, ref name.Reference) (v1.Descriptor, *v1.Platform, error) {
	var platform *v1.Platform
	if !d.options.All {
		img, err := d.client.Resolve(ctx, ref, d.options.Platform)
		if err != nil {
			return v1.Descriptor{}, nil, err
		}
		ref = d.repo.Digest(img.Descriptor.Digest.String())
		platform = &v1.Platform{OS: img.Platform.OS, Architecture: img.Platform.Architecture, Variant: img.Platform.Variant}
	}
	m, err := d.client.Manifest(ctx, ref)
	if err != nil {
		return v1.Descriptor{}, nil, err
	}
	return m.Descriptor, platform, d.add(ctx, m, 0)
}

// add takes a manifest and all that it names.
func (d *download) add(ctx context.Context, m *registry.Manifest, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("%s: indexes are nested deeper than the depth limit of %d", d.repo.Name(), maxDepth)
	}
	if slices.ContainsFunc(d.manifests, func(other *registry.Manifest) bool { return other.Descriptor.Digest == m.Descriptor.Digest }) {
		return nil
	}
	d.manifests = append(d.manifests, m)
	for _, b := range m.Blobs {
		if !slices.ContainsFunc(d.blobs, func(other v1.Descriptor) bool { return other.Digest == b.Digest }) {
			d.blobs = append(d.blobs, b)
		}
	}
	for _, inner := range m.Manifests {
		below, err := d.client.Manifest(ctx, d.repo.Digest(inner.Digest.String()))
		if err != nil {
			return err
		}
		if below.Descriptor.Size != inner.Size {
			return fmt.Errorf("%s: manifest %s: the index says that it has %d bytes, it has %d", d.repo.Name(), inner.Digest, inner.Size, below.Descriptor.Size)
		}
		if err := d.add(ctx, below, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// sizes are those of all blobs of the layout, in bytes.
func (d *download) sizes() map[v1.Hash]int64 {
	all := map[v1.Hash]int64{}
	for _, m := range d.manifests {
		all[m.Descriptor.Digest] = m.Descriptor.Size
	}
	for _, b := range d.blobs {
		all[b.Digest] = b.Size
	}
	return all
}

// fetch fetches the blobs that are not there, and says how many are.
func (d *download) fetch(ctx context.Context) (kept int, err error) {
	d.options.Progress.SetTotal(len(d.blobs))
	jobs := d.options.Jobs
	if jobs <= 0 {
		jobs = defaultJobs
	}
	group, inner := errgroup.WithContext(ctx)
	group.SetLimit(jobs)
	there := make([]bool, len(d.blobs))
	for n, b := range d.blobs {
		group.Go(func() (err error) {
			if there[n], err = d.partial.has(inner, b); err != nil || there[n] {
				return err
			}
			return d.fetchBlob(inner, b)
		})
	}
	err = group.Wait()
	for _, is := range there {
		if is {
			kept++
		}
	}
	return kept, err
}

func (d *download) fetchBlob(ctx context.Context, b v1.Descriptor) error {
	item := d.options.Progress.Begin(b.Digest.Algorithm+":"+b.Digest.Hex[:12], b.Size)
	err := d.partial.save(b, item, func(f registry.File) error { return d.client.Save(ctx, d.repo, b, f) })
	item.End(err)
	return err
}
