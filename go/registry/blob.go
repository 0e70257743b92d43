package registry

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// Blob opens a blob of a repository. Where the transfer breaks off, it is gone
// on with. The bytes are checked against the descriptor's size and digest: what
// was read is good only when io.EOF has come. Of a descriptor with URLs, the
// registry is asked first, and the URLs only if Options.ForeignLayers is set.
func (c *Client) Blob(ctx context.Context, repo name.Repository, d v1.Descriptor) (io.ReadCloser, error) {
	s, err := c.open(ctx, repo, transport.PullScope)
	if err != nil {
		return nil, err
	}
	r, err := s.blob(ctx, d)
	if err != nil {
		return nil, fmt.Errorf("registry: %s: blob %s: %w", repo.Name(), d.Digest, s.explain(err))
	}
	return &explained{r, s, d.Digest}, nil
}

// Layer opens a layer of the image.
func (c *Client) Layer(ctx context.Context, img *Image, layer int) (io.ReadCloser, error) {
	return c.Blob(ctx, img.repository, img.Layers[layer])
}

// File is what Save writes to; *os.File is one.
type File interface {
	io.WriteSeeker
	Truncate(size int64) error
}

// Save writes a blob to a file that is empty. If its bytes are wrong, it is
// fetched once more.
func (c *Client) Save(ctx context.Context, repo name.Repository, d v1.Descriptor, f File) error {
	err := c.save(ctx, repo, d, f)
	var wrong *DigestMismatchError
	if !errors.As(err, &wrong) {
		return err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("registry: %w", err)
	}
	if err := f.Truncate(0); err != nil {
		return fmt.Errorf("registry: %w", err)
	}
	return c.save(ctx, repo, d, f)
}

func (c *Client) save(ctx context.Context, repo name.Repository, d v1.Descriptor, f File) error {
	r, err := c.Blob(ctx, repo, d)
	if err != nil {
		return err
	}
	defer r.Close()
	_, err = io.Copy(f, r)
	return err
}

func (s *session) blob(ctx context.Context, d v1.Descriptor) (io.ReadCloser, error) {
	ctx = withWanted(ctx, &wanted{digest: d.Digest, size: d.Size})
	layer, err := s.puller.Layer(ctx, s.repo.Digest(d.Digest.String()))
	if err != nil {
		return nil, err
	}
	r, err := layer.Compressed()
	var answer *transport.Error
	if len(d.URLs) == 0 || !errors.As(err, &answer) || answer.StatusCode != http.StatusNotFound {
		return r, err
	}
	if !s.client.options.ForeignLayers {
		return nil, fmt.Errorf("it is a foreign layer, which the registry does not have, of %s: allow --foreign-layers if you trust that: %w", d.URLs[0], err)
	}
	for _, u := range d.URLs {
		if r, err = s.foreign(ctx, u); err == nil {
			break
		}
	}
	return r, err
}

// foreign opens a blob where a descriptor says that it is.
func (s *session) foreign(ctx context.Context, u string) (io.ReadCloser, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u, nil)
	if err != nil {
		return nil, err
	}
	client := http.Client{Transport: s.transport}
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	if err := transport.CheckError(resp, http.StatusOK); err != nil {
		resp.Body.Close()
		return nil, err
	}
	return resp.Body, nil
}

// explained says of the errors of a blob's body which blob it is.
type explained struct {
	io.ReadCloser
	session *session
	digest  v1.Hash
}

func (r *explained) Read(p []byte) (int, error) {
	n, err := r.ReadCloser.Read(p)
	if err != nil && err != io.EOF {
		err = fmt.Errorf("registry: %s: blob %s: %w", r.session.repo.Name(), r.digest, r.session.explain(err))
	}
	return n, err
}
