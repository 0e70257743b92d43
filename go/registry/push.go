package registry

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// Pushed says what a push did, over all repositories.
type Pushed struct {
	// Digest is that of the manifest or the index.
	Digest v1.Hash
	// Sent, Mounted and Present count blobs, configs among them. Of an image
	// whose manifest the registry has, no blob is counted.
	Sent, Mounted, Present int
	// Bytes are those of the blobs sent.
	Bytes int64
	// Manifests are those that were put, tags among them.
	Manifests int
}

// Push brings an image to where the references say: blobs that the registry
// lacks, the manifest by its digest, and at last the tags.
func (c *Client) Push(ctx context.Context, refs []name.Reference, p Parts) (*Pushed, error) {
	checked, err := p.check()
	if err != nil {
		return nil, fmt.Errorf("registry: push: %w", err)
	}
	c.options.Progress.SetTotal(len(p.Layers))
	return c.push(ctx, refs, &checked.document, []*checkedParts{checked})
}

// PushIndex is Push for an index and its images.
func (c *Client) PushIndex(ctx context.Context, refs []name.Reference, x IndexParts) (*Pushed, error) {
	index, images, err := x.check()
	if err != nil {
		return nil, fmt.Errorf("registry: push: %w", err)
	}
	layers := 0
	for _, p := range x.Images {
		layers += len(p.Layers)
	}
	c.options.Progress.SetTotal(layers)
	return c.push(ctx, refs, index, images)
}

// push brings images, and what is at the top of them, to each repository.
func (c *Client) push(ctx context.Context, refs []name.Reference, top *document, images []*checkedParts) (*Pushed, error) {
	if len(refs) == 0 {
		return nil, errors.New("registry: push: no reference says where to")
	}
	pushed := &Pushed{Digest: top.digest}
	var order []string
	groups := map[string][]name.Reference{}
	for _, ref := range refs {
		if d, ok := ref.(name.Digest); ok && d.DigestStr() != top.digest.String() {
			return nil, fmt.Errorf("registry: push %s: the digest of what is pushed is %s", ref, top.digest)
		}
		key := ref.Context().Name()
		if slices.ContainsFunc(groups[key], func(other name.Reference) bool { return other.Name() == ref.Name() }) {
			continue
		}
		if groups[key] == nil {
			order = append(order, key)
		}
		groups[key] = append(groups[key], ref)
	}
	for _, key := range order {
		repo := groups[key][0].Context()
		s, err := c.open(ctx, repo, transport.PushScope, sources(images)...)
		if err != nil {
			return nil, err
		}
		pusher, err := remote.NewPusher(s.options...)
		if err != nil {
			return nil, fmt.Errorf("registry: %w", err)
		}
		p := &push{session: s, pusher: pusher, pushed: pushed}
		if err := p.run(ctx, groups[key], top, images); err != nil {
			return nil, fmt.Errorf("registry: push %s: %w", repo.Name(), s.explain(err))
		}
	}
	return pushed, nil
}

// push is a push to one repository.
type push struct {
	*session
	pusher *remote.Pusher
	pushed *Pushed
}

func (p *push) run(ctx context.Context, refs []name.Reference, top *document, images []*checkedParts) error {
	var moved []name.Reference
	there := false
	for _, ref := range refs {
		if _, byDigest := ref.(name.Digest); byDigest {
			continue
		}
		same, err := p.has(ctx, ref, top)
		if err != nil {
			return err
		}
		if there = there || same; !same {
			moved = append(moved, ref)
		}
	}
	if !there {
		if err := p.image(ctx, top, images); err != nil {
			return err
		}
	}
	for _, ref := range moved {
		if err := p.put(ctx, ref, top); err != nil {
			return err
		}
	}
	return nil
}

// image brings everything but tags.
func (p *push) image(ctx context.Context, top *document, images []*checkedParts) error {
	byDigest := p.repo.Digest(top.digest.String())
	if there, err := p.has(ctx, byDigest, top); there || err != nil {
		return err
	}
	var missing []*checkedParts
	for _, c := range images {
		there := false
		if c.digest != top.digest {
			var err error
			if there, err = p.has(ctx, p.repo.Digest(c.digest.String()), &c.document); err != nil {
				return err
			}
		}
		if !there {
			missing = append(missing, c)
		}
	}
	if err := p.blobs(ctx, missing); err != nil {
		return err
	}
	for _, c := range missing {
		if c.digest != top.digest {
			if err := p.put(ctx, p.repo.Digest(c.digest.String()), &c.document); err != nil {
				return err
			}
		}
	}
	return p.put(ctx, byDigest, top)
}

// has is whether a reference is of the document. Where it cannot be known it is
// not: then what is sent shows what is wrong.
func (p *push) has(ctx context.Context, ref name.Reference, d *document) (bool, error) {
	got, err := p.puller.Head(ctx, ref)
	var answer *transport.Error
	var broken *url.Error
	switch {
	case err == nil:
		return got.Digest == d.digest, nil
	case errors.As(err, &broken):
		return false, err
	case errors.As(err, &answer) && answer.StatusCode != http.StatusNotFound && answer.StatusCode != http.StatusForbidden:
		return false, err
	}
	return false, nil
}

func (p *push) put(ctx context.Context, ref name.Reference, d *document) error {
	if err := p.pusher.Put(ctx, ref, d); err != nil {
		return fmt.Errorf("manifest %s: %w", ref.Identifier(), err)
	}
	p.pushed.Manifests++
	return nil
}

// configLayer is an image's config as a blob to push.
func configLayer(d v1.Descriptor, data []byte) (*Layer, error) {
	if got := digestOf(data, d.Digest); got != d.Digest || d.Size != int64(len(data)) {
		return nil, fmt.Errorf("the config is %s of %d bytes, in the manifest it is %s of %d", got, len(data), d.Digest, d.Size)
	}
	return &Layer{MediaType: string(d.MediaType), Digest: d.Digest, Size: d.Size, Name: "config", config: true,
		Open: func(context.Context) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }}, nil
}
