package ocilayout_test

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/rules-strata/rules_strata/go/blob"
	"github.com/rules-strata/rules_strata/go/compress"
	"github.com/rules-strata/rules_strata/go/image"
	"github.com/rules-strata/rules_strata/go/ocilayout"
	"github.com/rules-strata/rules_strata/go/outdir"
)

// made is an image whose blobs are in memory.
type made struct {
	layers      []image.Layer
	config      []byte
	descriptors []blob.Descriptor
	blobs       map[string][]byte
}

func (m *made) Open(digest string) (io.ReadCloser, error) {
	data, ok := m.blobs[digest]
	if !ok {
		return nil, os.ErrNotExist
	}
	return io.NopCloser(bytes.NewReader(data)), nil
}

// newImage makes an image with a layer for each kind, of one file each.
func newImage(t *testing.T, kinds ...compress.Kind) *made {
	t.Helper()
	m := &made{blobs: map[string][]byte{}}
	for i, kind := range kinds {
		var layer, out bytes.Buffer
		w := tar.NewWriter(&layer)
		content := fmt.Sprintf("content %d", i)
		if err := w.WriteHeader(&tar.Header{Name: fmt.Sprintf("file%d", i), Mode: 0o444, Size: int64(len(content))}); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, content); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		size := int64(layer.Len())
		d, err := blob.WriteFrom(&out, kind, &layer)
		if err != nil {
			t.Fatal(err)
		}
		m.add(image.Layer{DiffID: d.DiffID, Size: size, Kind: image.CustomisationLayer}, d, out.Bytes())
	}
	m.setConfig(t)
	return m
}

func (m *made) add(l image.Layer, d blob.Descriptor, data []byte) {
	m.layers = append(m.layers, l)
	m.descriptors = append(m.descriptors, d)
	m.blobs[d.Digest] = data
}

// setConfig makes the config that fits the layers.
func (m *made) setConfig(t *testing.T) {
	t.Helper()
	diffIDs, history := []string{}, []map[string]string{}
	for _, l := range m.layers {
		diffIDs = append(diffIDs, l.DiffID)
		history = append(history, map[string]string{"comment": l.Kind})
	}
	config, err := json.Marshal(map[string]any{
		"architecture": "arm64", "os": "linux", "variant": "v8", "config": map[string]any{"Cmd": []string{"/file0"}},
		"history": history, "rootfs": map[string]any{"type": "layers", "diff_ids": diffIDs},
	})
	if err != nil {
		t.Fatal(err)
	}
	m.config = config
}

func (m *made) manifest(t *testing.T) []byte {
	t.Helper()
	manifest, err := ocilayout.NewManifest(m.layers, m.config, m.descriptors, nil)
	if err != nil {
		t.Fatal(err)
	}
	data, err := manifest.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// write writes the image's layout and returns its folder.
func (m *made) write(t *testing.T, name, tag string) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "layout")
	dir, err := outdir.Create(folder)
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Discard()
	if err := ocilayout.Write(dir, ocilayout.Image{Manifest: m.manifest(t), Config: m.config, Blobs: m, Name: name, Tag: tag}); err != nil {
		t.Fatal(err)
	}
	if err := dir.Commit(); err != nil {
		t.Fatal(err)
	}
	return folder
}

func readFile(t *testing.T, path ...string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return data
}
