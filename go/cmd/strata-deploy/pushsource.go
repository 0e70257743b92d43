package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/google/go-containerregistry/pkg/name"
	"golang.org/x/sync/errgroup"

	"github.com/rules-strata/rules_strata/go/blob"
	"github.com/rules-strata/rules_strata/go/compress"
	"github.com/rules-strata/rules_strata/go/imagefile"
	"github.com/rules-strata/rules_strata/go/ocilayout"
	"github.com/rules-strata/rules_strata/go/progress"
	"github.com/rules-strata/rules_strata/go/registry"
)

// pushSource makes what a registry gets of an image.
type pushSource struct {
	image       *imagefile.Image
	cache       *blob.Cache
	compression compress.Kind
	origins     *pushOrigins
	reporter    *progress.Reporter
}

// jobs is how many blobs may be under way at once. Where Bazel built the
// manifest, layers of a base image may be compressed in another way.
func (s *pushSource) jobs(t *pushTarget) int {
	manifests := [][]byte{t.manifest}
	for _, i := range t.Images {
		manifests = append(manifests, i.manifest)
	}
	for _, manifest := range manifests {
		if bytes.Contains(manifest, []byte(compress.Zstd.LayerMediaType())) {
			return imagefile.BlobsAtOnce(compress.Zstd)
		}
	}
	return imagefile.BlobsAtOnce(s.compression)
}

// push sends the image. Digests that the cache remembers are believed until
// bytes show that they are wrong. The options are those of lazy images.
func (s *pushSource) push(ctx context.Context, refs []name.Reference, t *pushTarget, lazily []imagefile.Option) (*registry.Pushed, error) {
	if len(t.Images) > 0 {
		return pushIndex(ctx, s.origins, refs, t, lazily)
	}
	if t.manifest != nil {
		parts, err := builtParts(s.image, t.Manifest, t.manifest, t.config, s.origins)
		if err != nil {
			return nil, err
		}
		return s.origins.client.Push(ctx, refs, parts)
	}
	parts, remembered, err := s.found(ctx)
	if err != nil {
		return nil, err
	}
	pushed, err := s.origins.client.Push(ctx, refs, parts)
	if !remembered || !otherBytes(err) {
		return pushed, err
	}
	s.reporter.Println("a remembered digest is wrong: finding all of them again")
	for _, l := range s.image.Layers {
		if err := s.cache.Forget(l.DiffID, s.compression); err != nil {
			return nil, err
		}
	}
	if parts, _, err = s.found(ctx); err != nil {
		return nil, err
	}
	return s.origins.client.Push(ctx, refs, parts)
}

// otherBytes says whether an error is that a layer's bytes were not those of
// its digest.
func otherBytes(err error) bool {
	var digest *registry.DigestMismatchError
	var size *registry.SizeError
	return errors.As(err, &digest) || errors.As(err, &size)
}

// found is the image with a manifest of digests that the cache remembers, or
// that compressing the layers shows. remembered says whether any is of the
// cache.
func (s *pushSource) found(ctx context.Context) (parts registry.Parts, remembered bool, err error) {
	blobs := make([]blob.Descriptor, len(s.image.Layers))
	var missing []int
	for n, l := range s.image.Layers {
		d, ok, err := s.image.StoredBlob(n)
		if err != nil {
			return parts, false, err
		}
		if !ok {
			if d, ok = s.cache.Get(l.DiffID, s.compression); ok {
				remembered = true
			}
		}
		if blobs[n] = d; !ok {
			missing = append(missing, n)
		}
	}
	if err := s.compress(ctx, blobs, missing); err != nil {
		return parts, false, err
	}
	m, err := ocilayout.NewManifest(s.image.Layers, s.image.Config, blobs, nil)
	if err != nil {
		return parts, false, err
	}
	data, err := m.Encode()
	if err != nil {
		return parts, false, err
	}
	parts, err = partsOf(s.image, data, s.image.Config, blobs, s.origins)
	return parts, remembered, err
}

// compress finds descriptors that nobody knows, and remembers them.
func (s *pushSource) compress(ctx context.Context, blobs []blob.Descriptor, missing []int) error {
	if len(missing) == 0 {
		return nil
	}
	s.reporter.Println(fmt.Sprintf("compressing %d of %d layers to find their digests", len(missing), len(blobs)))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(imagefile.BlobsAtOnce(s.compression))
	for _, n := range missing {
		group.Go(func() (err error) {
			if blobs[n], err = s.image.CompressLayer(ctx, n, s.compression, io.Discard); err != nil {
				return err
			}
			if err := s.cache.Put(blobs[n]); err != nil {
				s.reporter.Println("warning: " + err.Error())
			}
			return nil
		})
	}
	return group.Wait()
}
