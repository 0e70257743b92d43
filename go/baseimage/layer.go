package baseimage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/rules-strata/rules_strata/go/decompress"
)

// Layer is one layer of an image.
type Layer struct {
	// DiffID is the digest of the uncompressed tar, "sha256:<64 hexadecimal
	// digits>".
	DiffID string
	// Describe says which layer it is and where it comes from, for errors and
	// progress: "layer 2 of 7 (blobs/sha256/ab…)".
	Describe string
	// Blob is the layer as the OCI layout has it, nil for other images.
	Blob *Blob

	// where is Describe after the image's name.
	where   string
	member  string
	members members
	// want is the member's digest where it is known.
	want digest
}

// Blob is a layer as it is stored.
type Blob struct {
	// MediaType says how it is compressed.
	MediaType string
	// Digest is that of the stored bytes, Size their number.
	Digest string
	Size   int64

	layer *Layer
}

// Open gives the stored bytes. The reader has an error in place of its end if
// they are not what Digest and Size say.
func (b *Blob) Open() (io.ReadCloser, error) {
	raw, err := b.layer.raw()
	if err != nil {
		return nil, b.layer.explain(err)
	}
	return &layerReader{Reader: raw, closer: raw, layer: b.layer}, nil
}

// Open gives the uncompressed tar. The reader has an error in place of its end
// if the bytes are not those of DiffID.
func (l *Layer) Open() (io.ReadCloser, error) {
	r, err := l.unpack()
	if err != nil {
		return nil, err
	}
	r.Reader = newVerifier(r.Reader, digest(l.DiffID), "diff ID", -1)
	return r, nil
}

// unpack gives the uncompressed tar, whatever its diff ID.
func (l *Layer) unpack() (*layerReader, error) {
	raw, err := l.raw()
	if err != nil {
		return nil, l.explain(err)
	}
	plain, format, err := decompress.NewReader(raw)
	if err != nil {
		raw.Close()
		return nil, l.explain(err)
	}
	if err := l.checkFormat(format); err != nil {
		// The bytes may be of another format because they are the wrong ones.
		_, rawErr := io.Copy(io.Discard, raw)
		return nil, l.explain(because(rawErr, errors.Join(err, plain.Close(), raw.Close())))
	}
	return &layerReader{Reader: &toTheEnd{plain, raw}, closer: both{plain, raw}, layer: l}, nil
}

// Write writes the uncompressed tar to w, and has an error if it was not the
// one of DiffID.
func (l *Layer) Write(ctx context.Context, w io.Writer) error {
	r, err := l.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	_, err = io.Copy(w, &cancelled{ctx, r})
	return err
}

// raw gives the stored bytes, checked where their digest is known.
func (l *Layer) raw() (io.ReadCloser, error) {
	m, err := l.members.open(l.member)
	if err != nil {
		return nil, err
	}
	size := m.size
	if l.Blob != nil {
		size = l.Blob.Size
		if m.size != size {
			m.Close()
			return nil, fmt.Errorf("%s has %d bytes, but its descriptor says %d", l.member, m.size, size)
		}
	}
	if l.want == "" {
		return m, nil
	}
	return &checked{newVerifier(m, l.want, "digest", size), m}, nil
}

// check finds out whether the layer is there, without reading it.
func (l *Layer) check() error {
	r, err := l.raw()
	if err != nil {
		return fmt.Errorf("%s: %w", l.Describe, plainPathError(err))
	}
	return r.Close()
}

func (l *Layer) explain(err error) error { return fmt.Errorf("%s: %w", l.where, err) }

type checked struct {
	io.Reader
	io.Closer
}

// toTheEnd reads what is compressed to its end before it ends itself, so that
// all of it is checked. That goes before what is wrong with the compression,
// which only follows from it.
type toTheEnd struct{ plain, raw io.Reader }

func (t *toTheEnd) Read(p []byte) (int, error) {
	n, err := t.plain.Read(p)
	if err == nil {
		return n, nil
	}
	_, rawErr := io.Copy(io.Discard, t.raw)
	if err == io.EOF && rawErr != nil {
		return n, rawErr
	}
	return n, because(rawErr, err)
}

// both closes two things.
type both struct{ first, second io.Closer }

func (b both) Close() error { return errors.Join(b.first.Close(), b.second.Close()) }

// layerReader names the layer in errors.
type layerReader struct {
	io.Reader
	closer io.Closer
	layer  *Layer
}

func (r *layerReader) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if err != nil && err != io.EOF {
		err = r.layer.explain(err)
	}
	return n, err
}

func (r *layerReader) Close() error { return r.closer.Close() }

// cancelled ends a reader with its context.
type cancelled struct {
	ctx context.Context
	r   io.Reader
}

func (c *cancelled) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}

// makeLayers puts layers together: members[i] holds the layer of diffIDs[i].
func makeLayers(m members, names []string, diffIDs []string) ([]Layer, error) {
	if len(names) != len(diffIDs) {
		return nil, fmt.Errorf("it lists %d layers, but its config has %d diff IDs", len(names), len(diffIDs))
	}
	layers := make([]Layer, len(names))
	for i, name := range names {
		describe := fmt.Sprintf("layer %d of %d (%s)", i+1, len(names), name)
		if _, err := parseDiffID(diffIDs[i]); err != nil {
			return nil, fmt.Errorf("%s: %w", describe, err)
		}
		layers[i] = Layer{DiffID: diffIDs[i], Describe: describe, member: name, members: m}
	}
	return layers, nil
}

// isMissing says whether an error is about a member that is not there.
func isMissing(err error) bool { return errors.Is(err, fs.ErrNotExist) }

// checkFormat wants the layer to be compressed as its media type says.
func (l *Layer) checkFormat(got decompress.Format) error {
	if l.Blob == nil {
		return nil
	}
	if want := layerFormat(l.Blob.MediaType); got != want {
		return fmt.Errorf("its media type %s means %s for its compression, but its bytes are %s: save the image again with a tool that writes the right one",
			quote(l.Blob.MediaType), want, got)
	}
	return nil
}

// layerFormat is how a layer of a media type is compressed, or empty if the
// media type is not that of a layer that is a tar.
func layerFormat(mediaType string) decompress.Format {
	for _, prefix := range []string{
		"application/vnd.oci.image.layer.v1.tar",
		"application/vnd.oci.image.layer.nondistributable.v1.tar",
		"application/vnd.docker.image.rootfs.diff.tar",
		"application/vnd.docker.image.rootfs.foreign.diff.tar",
	} {
		if rest, ok := strings.CutPrefix(mediaType, prefix); ok {
			switch rest {
			case "":
				return decompress.None
			case "+gzip", ".gzip":
				return decompress.Gzip
			case "+zstd", ".zstd":
				return decompress.Zstd
			}
		}
	}
	return ""
}
