package blob

import (
	"fmt"
	"io"
	"strings"

	"github.com/rules-strata/rules_strata/go/baseimage"
	"github.com/rules-strata/rules_strata/go/compress"
	"github.com/rules-strata/rules_strata/go/jsonfile"
	"github.com/rules-strata/rules_strata/go/outdir"
)

// WriteBase makes the blobs of the layers of a base image: where the image
// holds blobs (an OCI layout), these as they are, otherwise (a docker archive)
// its layers compressed. Each is a file of dir, named by the 64 hexadecimal
// digits of its digest. The descriptors are in the order of the layers, bottom
// layer first; equal layers have one. With a nil dir there are descriptors and
// no files, and blobs that the image holds are not read.
func WriteBase(dir *outdir.Dir, img *baseimage.Image, k compress.Kind) ([]Descriptor, error) {
	f := folder{dir: dir}
	done := map[string]bool{}
	for i := range img.Layers {
		l := &img.Layers[i]
		if done[l.DiffID] {
			continue
		}
		done[l.DiffID] = true
		if dir == nil && l.Blob != nil {
			d, err := Stored(l)
			if err != nil {
				return nil, err
			}
			f.describe(d)
			continue
		}
		err := f.add(func(w io.Writer) (Descriptor, error) {
			if l.Blob != nil {
				return copyStored(w, l)
			}
			return compressLayer(w, l, k)
		})
		if err != nil {
			return nil, err
		}
	}
	return f.blobs, nil
}

func compressLayer(w io.Writer, l *baseimage.Layer, k compress.Kind) (Descriptor, error) {
	r, err := l.Open()
	if err != nil {
		return Descriptor{}, err
	}
	defer r.Close()
	return WriteFrom(w, k, r)
}

// Stored describes the blob that a base image holds, as the image does. The
// layer's Blob must not be nil.
func Stored(l *baseimage.Layer) (Descriptor, error) {
	mediaType, err := LayerMediaType(l.Blob.MediaType)
	if err != nil {
		return Descriptor{}, fmt.Errorf("%s: %w", l.Describe, err)
	}
	d := Descriptor{DiffID: l.DiffID, Digest: l.Blob.Digest, MediaType: mediaType, Size: l.Blob.Size, Version: jsonfile.Version}
	if err := d.check(); err != nil {
		return Descriptor{}, fmt.Errorf("%s: %w", l.Describe, err)
	}
	return d, nil
}

// copyStored copies a blob, whose reader checks it.
func copyStored(w io.Writer, l *baseimage.Layer) (Descriptor, error) {
	d, err := Stored(l)
	if err != nil {
		return Descriptor{}, err
	}
	r, err := l.Blob.Open()
	if err != nil {
		return Descriptor{}, err
	}
	defer r.Close()
	out := newDigester(w)
	// Without the wrapper, the reader would write by itself.
	if _, err := io.CopyBuffer(out, struct{ io.Reader }{r}, make([]byte, copySize)); err != nil {
		return Descriptor{}, err
	}
	if err := out.w.Flush(); err != nil {
		return Descriptor{}, err
	}
	return out.descriptor(l.DiffID, d.MediaType), nil
}

// LayerMediaType is the OCI image specification's media type for a layer that
// is stored with this one. Docker's own types mean the same; that a layer must
// not be distributed is of no interest here, where its bytes are.
func LayerMediaType(stored string) (string, error) {
	for _, kind := range []struct {
		kind     compress.Kind
		suffixes []string
	}{
		{compress.Gzip, []string{"+gzip", ".gzip"}},
		{compress.Zstd, []string{"+zstd", ".zstd"}},
		{compress.None, []string{".tar"}},
	} {
		for _, suffix := range kind.suffixes {
			if strings.HasSuffix(stored, suffix) {
				return kind.kind.LayerMediaType(), nil
			}
		}
	}
	return "", fmt.Errorf("the media type %q is not that of a layer", stored)
}
