package archive

import (
	"archive/tar"
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
)

// WriteSeveral writes images to w as one docker archive, whose manifest.json
// lists them in their order. A layer or a config that several images have is
// stored once: the bytes of a layer are those of the first image that has it.
//
// An error that a layer caused names the image, where there are several, and
// the layer; otherwise errors are as those of Write.
func WriteSeveral(ctx context.Context, w io.Writer, images []Image, opts ...Option) error {
	o := options{modTime: time.Unix(1, 0)}
	for _, opt := range opts {
		opt(&o)
	}
	for i := range images {
		if err := check(images[i].Layers); err != nil {
			return fmt.Errorf("docker archive: %w", ofImage(images, i, err))
		}
	}
	out := bufio.NewWriterSize(w, outputBuffer)
	err := writeSeveral(ctx, out, images, o)
	// After an error too: then the output shows that a member is cut.
	if flushed := out.Flush(); err == nil {
		err = flushed
	}
	if err != nil {
		return fmt.Errorf("docker archive: %w", err)
	}
	return nil
}

func writeSeveral(ctx context.Context, out io.Writer, images []Image, o options) error {
	m := &membersWriter{tar: tar.NewWriter(out), options: o, stored: map[string]bool{}}
	for _, img := range images {
		m.layers += len(img.Layers)
	}
	entries := make([]manifestEntry, len(images))
	for i, img := range images {
		names, err := m.writeLayers(ctx, img.Layers)
		if err != nil {
			return ofImage(images, i, err)
		}
		config := strings.TrimPrefix(digestOf(img.Config), digestPrefix) + ".json"
		entries[i] = newManifestEntry(config, img.RepoTags, names)
	}
	for i, img := range images {
		if err := m.writeOnce(entries[i].Config, img.Config); err != nil {
			return err
		}
	}
	manifest, err := json.Marshal(entries)
	if err != nil {
		return err
	}
	if err := m.writeOnce("manifest.json", manifest); err != nil {
		return err
	}
	return m.tar.Close()
}

// membersWriter writes the members of an archive, each of them once.
type membersWriter struct {
	tar *tar.Writer
	options
	// stored are the names of the members that are written.
	stored map[string]bool
	// layer counts the layers of all images so far, of layers in all.
	layer, layers int
}

// writeLayers gives the names of the members that hold the layers.
func (m *membersWriter) writeLayers(ctx context.Context, layers []Layer) ([]string, error) {
	names := make([]string, len(layers))
	for i, layer := range layers {
		names[i] = strings.TrimPrefix(layer.DiffID, digestPrefix) + "/layer.tar"
		m.layer++
		if m.progress != nil {
			m.progress(Progress{
				Layer: m.layer, Layers: m.layers,
				Describe: layer.Describe, Size: layer.Size, Stored: m.stored[names[i]],
			})
		}
		if m.stored[names[i]] {
			continue
		}
		m.stored[names[i]] = true
		if err := m.tar.WriteHeader(header(names[i], layer.Size, m.options)); err != nil {
			return nil, fmt.Errorf("%s: %w", name(layers, i), err)
		}
		if err := layer.WriteChecked(ctx, m.tar); err != nil {
			return nil, fmt.Errorf("%s: %w", name(layers, i), err)
		}
	}
	return names, nil
}

// writeOnce writes a small member, unless there is one of its name.
func (m *membersWriter) writeOnce(name string, data []byte) error {
	if m.stored[name] {
		return nil
	}
	m.stored[name] = true
	return writeFile(m.tar, header(name, int64(len(data)), m.options), data)
}

// ofImage says which of several images an error is about.
func ofImage(images []Image, i int, err error) error {
	if len(images) == 1 {
		return err
	}
	of := fmt.Sprintf("image %d of %d", i+1, len(images))
	if len(images[i].RepoTags) > 0 {
		of += " (" + images[i].RepoTags[0] + ")"
	}
	return fmt.Errorf("%s: %w", of, err)
}
