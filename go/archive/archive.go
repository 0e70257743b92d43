// Package archive writes docker archives: the tar that `docker load` reads.
//
// An archive is written as a stream. Nothing is kept: each layer's bytes pass
// from the function that makes them to the output, and are hashed on the way,
// so that an archive that was written to its end holds what its config
// promises.
//
// The format is that of the Docker image specification v1.2, section
// "Combined Image JSON + Filesystem Changeset Format", in the order and under
// the names that dockerTools uses: `<diff ID>/layer.tar` for every layer, from
// the lowest up, then `<config digest>.json`, then `manifest.json`. WriteSeveral
// puts several images into one archive. A Hybrid is an archive of another
// format, for engines that have a part of the layers.
package archive

import (
	"archive/tar"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"
)

// Image is what an archive holds.
type Image struct {
	// Config is the image's config, JSON, written byte for byte. Its SHA-256 is
	// the image ID.
	Config []byte
	// RepoTags are the names that the image gets, "hello:latest". It may be
	// empty: such an image is only reachable by its ID.
	RepoTags []string
	// Layers are ordered from the lowest up, as the config's diff IDs are. A
	// layer that stands there twice is stored once.
	Layers []Layer
}

// Layer is one uncompressed layer tar, and how to make it.
type Layer struct {
	// DiffID is the digest of the tar, "sha256:" and 64 lower-case hex digits.
	DiffID string
	// Size is the tar's length in bytes.
	Size int64
	// Write writes the tar, Size bytes, to w. It is called again when the tar
	// has to be sent again, and must then write the same bytes, but not twice at
	// the same time.
	Write func(ctx context.Context, w io.Writer) error
	// Describe says in a few words what the layer holds ("hello-2.12"), for
	// errors and progress. It may be empty.
	Describe string
}

// Progress is one layer that is about to be written.
type Progress struct {
	// Layer counts from 1 to Layers, those of all images of the archive.
	Layer, Layers int
	// Describe and Size, in bytes, are the layer's own.
	Describe string
	Size     int64
	// Stored says that the archive has the layer already: it is not written
	// again.
	Stored bool
}

// Option changes what Write does.
type Option func(*options)

type options struct {
	modTime  time.Time
	progress func(Progress)
}

// WithModTime sets the modification time of every member of the archive,
// instead of one second after the epoch. It is cut to whole seconds. It does
// not change the layers or the image ID.
func WithModTime(t time.Time) Option { return func(o *options) { o.modTime = t } }

// WithProgress has f called before each layer is written.
func WithProgress(f func(Progress)) Option { return func(o *options) { o.progress = f } }

// outputBuffer is the size of the writes to the output, in bytes.
const outputBuffer = 1 << 16

// Write writes img to w as a docker archive.
//
// After an error, w got nothing or something that ends in the middle of a
// member, so that no reader takes it for a whole archive. An error that a layer
// caused names the layer.
func Write(ctx context.Context, w io.Writer, img Image, opts ...Option) error {
	return WriteSeveral(ctx, w, []Image{img}, opts...)
}

// header describes a member. PAX adds records only for what plain ustar cannot
// hold: layers of 8 GiB and more, and modification times before the epoch.
func header(name string, size int64, o options) *tar.Header {
	return &tar.Header{
		Typeflag: tar.TypeReg,
		Name:     name,
		Size:     size,
		Mode:     0o644,
		ModTime:  o.modTime.Truncate(time.Second),
		Format:   tar.FormatPAX,
	}
}

func writeFile(tw *tar.Writer, hdr *tar.Header, data []byte) error {
	if err := tw.WriteHeader(hdr); err != nil {
		return fmt.Errorf("%s: %w", hdr.Name, err)
	}
	if _, err := tw.Write(data); err != nil {
		return fmt.Errorf("%s: %w", hdr.Name, err)
	}
	return nil
}

// manifestEntry is an image in manifest.json.
type manifestEntry struct {
	Config   string
	RepoTags []string
	Layers   []string
}

func newManifestEntry(config string, tags, layers []string) manifestEntry {
	if tags == nil {
		tags = []string{}
	}
	return manifestEntry{config, tags, layers}
}

func encodeManifest(config string, tags, layers []string) ([]byte, error) {
	return json.Marshal([]manifestEntry{newManifestEntry(config, tags, layers)})
}
