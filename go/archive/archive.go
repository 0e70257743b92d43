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
// the lowest up, then `<config digest>.json`, then `manifest.json`. A Hybrid is
// an archive of another format, for engines that have a part of the layers.
package archive

import (
	"archive/tar"
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strings"
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
	// Layer counts from 1 to Layers.
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
	o := options{modTime: time.Unix(1, 0)}
	for _, opt := range opts {
		opt(&o)
	}
	if err := check(img.Layers); err != nil {
		return fmt.Errorf("docker archive: %w", err)
	}
	out := bufio.NewWriterSize(w, outputBuffer)
	err := write(ctx, out, img, o)
	// After an error too: then the output shows that a member is cut.
	if flushed := out.Flush(); err == nil {
		err = flushed
	}
	if err != nil {
		return fmt.Errorf("docker archive: %w", err)
	}
	return nil
}

func write(ctx context.Context, out io.Writer, img Image, o options) error {
	tw := tar.NewWriter(out)
	names := make([]string, len(img.Layers))
	stored := make(map[string]bool, len(img.Layers))
	for i, layer := range img.Layers {
		names[i] = strings.TrimPrefix(layer.DiffID, digestPrefix) + "/layer.tar"
		if o.progress != nil {
			o.progress(Progress{
				Layer: i + 1, Layers: len(img.Layers),
				Describe: layer.Describe, Size: layer.Size, Stored: stored[layer.DiffID],
			})
		}
		if stored[layer.DiffID] {
			continue
		}
		stored[layer.DiffID] = true
		if err := tw.WriteHeader(header(names[i], layer.Size, o)); err != nil {
			return fmt.Errorf("%s: %w", name(img.Layers, i), err)
		}
		if err := layer.WriteChecked(ctx, tw); err != nil {
			return fmt.Errorf("%s: %w", name(img.Layers, i), err)
		}
	}
	sum := sha256.Sum256(img.Config)
	configName := hex.EncodeToString(sum[:]) + ".json"
	if err := writeFile(tw, header(configName, int64(len(img.Config)), o), img.Config); err != nil {
		return err
	}
	manifest, err := encodeManifest(configName, img.RepoTags, names)
	if err != nil {
		return err
	}
	if err := writeFile(tw, header("manifest.json", int64(len(manifest)), o), manifest); err != nil {
		return err
	}
	return tw.Close()
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

func encodeManifest(config string, tags, layers []string) ([]byte, error) {
	type entry struct {
		Config   string
		RepoTags []string
		Layers   []string
	}
	if tags == nil {
		tags = []string{}
	}
	return json.Marshal([]entry{{config, tags, layers}})
}
