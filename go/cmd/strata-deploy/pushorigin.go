package main

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/rules-strata/rules_strata/go/imagefile"
	"github.com/rules-strata/rules_strata/go/registry"
)

// pushOrigins are the registries that images were pulled from: a push to the
// same registry mounts their layers, and one to another reads from there the
// layers that Bazel did not download.
type pushOrigins struct {
	client   *registry.Client // that of the push
	insecure bool             // it has leave for plain HTTP
	other    *registry.Client // with leave for plain HTTP if client has none, and the other way round; nil until it is needed
	options  registry.Options
}

// newPushOrigins also makes the client of the push.
func newPushOrigins(options registry.Options) *pushOrigins {
	return &pushOrigins{client: registry.New(options), insecure: options.Insecure, options: options}
}

func (o *pushOrigins) close() {
	o.client.Close()
	if o.other != nil {
		o.other.Close()
	}
}

// clientFor is a client that asks an origin as it was asked for the pull.
func (o *pushOrigins) clientFor(origin *imagefile.Origin) *registry.Client {
	if origin.PlainHTTP == o.insecure {
		return o.client
	}
	if o.other == nil {
		options := o.options
		options.Insecure = origin.PlainHTTP
		o.other = registry.New(options)
	}
	return o.other
}

func originRepository(origin *imagefile.Origin) (name.Repository, error) {
	ref, err := registry.ParseReference(origin.Repository, origin.PlainHTTP)
	if err != nil {
		return name.Repository{}, err
	}
	return ref.Context(), nil
}

// apply says of a layer of the image where it can be mounted from, and reads
// it from there if it is not here.
func (o *pushOrigins) apply(img *imagefile.Image, n int, l *registry.Layer) error {
	origin, err := img.LayerOrigin(n)
	if origin == nil || err != nil {
		return err
	}
	from, err := originRepository(origin)
	if err != nil {
		return err
	}
	l.From = []name.Repository{from}
	if !img.IsRemote() {
		return nil
	}
	client, d := o.clientFor(origin), v1.Descriptor{Digest: l.Digest, Size: l.Size}
	l.Open = func(ctx context.Context) (io.ReadCloser, error) {
		r, err := client.Blob(ctx, from, d)
		if err != nil {
			return nil, fmt.Errorf("%s was pulled from %s, and its layers are read from there: %w "+
				"(with --@rules_strata//rules:push_by_reference=false Bazel downloads them)", img.Ref(), origin.Repository, err)
		}
		return r, nil
	}
	return nil
}

// configFrom is where the config of the image can be mounted from, if it is
// pushed as it was pulled.
func configFrom(img *imagefile.Image, config []byte) ([]name.Repository, error) {
	origin := img.Origin()
	if origin == nil || !bytes.Equal(config, img.Config) {
		return nil, nil
	}
	from, err := originRepository(origin)
	return []name.Repository{from}, err
}
