package blob_test

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/archive"
	"github.com/rules-strata/rules_strata/go/baseimage"
	"github.com/rules-strata/rules_strata/go/blob"
	"github.com/rules-strata/rules_strata/go/compress"
	"github.com/rules-strata/rules_strata/go/outdir"
)

// layerTar is a tar of one file.
func layerTar(t *testing.T, name string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	content := strings.Repeat(name, 3000)
	if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o444, Size: int64(len(content))}); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(w, content); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func configOf(t *testing.T, tars [][]byte) []byte {
	t.Helper()
	diffIDs := []string{}
	for _, tar := range tars {
		diffIDs = append(diffIDs, digest(tar))
	}
	return marshal(t, map[string]any{"os": "linux", "architecture": "amd64", "rootfs": map[string]any{"type": "layers", "diff_ids": diffIDs}})
}

func marshal(t *testing.T, v any) []byte {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// writeLayout writes an OCI layout of blobs with these media types.
func writeLayout(t *testing.T, config []byte, blobs [][]byte, mediaTypes []string) string {
	t.Helper()
	folder := t.TempDir()
	put := func(mediaType string, data []byte) map[string]any {
		name := filepath.Join(folder, "blobs", "sha256", strings.TrimPrefix(digest(data), "sha256:"))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, data, 0o644); err != nil {
			t.Fatal(err)
		}
		return map[string]any{"mediaType": mediaType, "digest": digest(data), "size": len(data)}
	}
	var layers []any
	for i, data := range blobs {
		layers = append(layers, put(mediaTypes[i], data))
	}
	manifest := put("application/vnd.oci.image.manifest.v1+json", marshal(t, map[string]any{
		"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
		"config": put("application/vnd.oci.image.config.v1+json", config), "layers": layers,
	}))
	for name, content := range map[string]any{
		"index.json": map[string]any{"schemaVersion": 2, "manifests": []any{manifest}}, "oci-layout": map[string]any{"imageLayoutVersion": "1.0.0"},
	} {
		if err := os.WriteFile(filepath.Join(folder, name), marshal(t, content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// writeBase runs WriteBase on an image and returns the folder and what is in
// it.
func writeBase(t *testing.T, name string, k compress.Kind) (string, []blob.Descriptor, error) {
	t.Helper()
	img, err := baseimage.Open(name, baseimage.Selection{})
	if err != nil {
		t.Fatal(err)
	}
	defer img.Close()
	folder := filepath.Join(t.TempDir(), "blobs")
	dir, err := outdir.Create(folder)
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Discard()
	blobs, err := blob.WriteBase(dir, img, k)
	if err != nil {
		return "", nil, err
	}
	return folder, blobs, dir.Commit()
}

func TestWriteBaseOfArchive(t *testing.T) {
	a, b := layerTar(t, "a"), layerTar(t, "b")
	tars := [][]byte{a, b, a}
	img := archive.Image{Config: configOf(t, tars), RepoTags: []string{"base:1"}}
	var want []func(io.Writer) error
	for _, tar := range tars {
		write := func(w io.Writer) error { _, err := w.Write(tar); return err }
		img.Layers = append(img.Layers, archive.Layer{
			DiffID: digest(tar), Size: int64(len(tar)), Write: func(_ context.Context, w io.Writer) error { return write(w) },
		})
		want = append(want, write)
	}
	var file bytes.Buffer
	if err := archive.Write(context.Background(), &file, img); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "base.tar")
	if err := os.WriteFile(name, file.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, kind := range []compress.Kind{compress.Gzip, compress.Zstd, compress.None} {
		folder, blobs, err := writeBase(t, name, kind)
		if err != nil {
			t.Fatal(err)
		}
		checkFiles(t, folder, blobs, want[:2])
		for _, d := range blobs {
			if d.MediaType != kind.LayerMediaType() {
				t.Errorf("%s: %s", kind, d.MediaType)
			}
		}
	}
}

// TestWriteBaseOfLayout: blobs stay as they are, whoever compressed them.
func TestWriteBaseOfLayout(t *testing.T) {
	var tars, blobs [][]byte
	var stored, want []string
	for _, test := range []struct {
		name, stored string
		kind         compress.Kind
	}{
		{"a", "application/vnd.oci.image.layer.v1.tar+gzip", compress.Gzip},
		{"b", "application/vnd.oci.image.layer.v1.tar+zstd", compress.Zstd},
		{"c", "application/vnd.oci.image.layer.v1.tar", compress.None},
		{"d", "application/vnd.docker.image.rootfs.diff.tar.gzip", compress.Gzip},
		{"e", "application/vnd.docker.image.rootfs.diff.tar.zstd", compress.Zstd},
		{"f", "application/vnd.docker.image.rootfs.diff.tar", compress.None},
		{"g", "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip", compress.Gzip},
	} {
		tar := layerTar(t, test.name)
		var half bytes.Buffer
		if test.kind == compress.None {
			half.Write(tar)
		} else {
			// Two members, or frames, as we never write them.
			for _, part := range [][]byte{tar[:700], tar[700:]} {
				if _, err := blob.WriteFrom(&half, test.kind, bytes.NewReader(part)); err != nil {
					t.Fatal(err)
				}
			}
		}
		tars, blobs = append(tars, tar), append(blobs, half.Bytes())
		stored, want = append(stored, test.stored), append(want, test.kind.LayerMediaType())
	}
	folder, descriptors, err := writeBase(t, writeLayout(t, configOf(t, tars), blobs, stored), compress.Zstd)
	if err != nil {
		t.Fatal(err)
	}
	if len(descriptors) != len(blobs) {
		t.Fatalf("%d descriptors, want %d", len(descriptors), len(blobs))
	}
	for i, d := range descriptors {
		wanted := blob.Descriptor{DiffID: digest(tars[i]), Digest: digest(blobs[i]), MediaType: want[i], Size: int64(len(blobs[i])), Version: 1}
		if d != wanted {
			t.Errorf("got %+v, want %+v", d, wanted)
		}
		if got, err := os.ReadFile(filepath.Join(folder, strings.TrimPrefix(d.Digest, "sha256:"))); err != nil || !bytes.Equal(got, blobs[i]) {
			t.Errorf("blob %d is not as it was: %v", i, err)
		}
	}
}

func TestWriteBaseErrors(t *testing.T) {
	tars := [][]byte{layerTar(t, "a")}
	folder := writeLayout(t, configOf(t, tars), tars, []string{"application/vnd.oci.image.layer.v1.tar"})
	name := filepath.Join(folder, "blobs", "sha256", strings.TrimPrefix(digest(tars[0]), "sha256:"))
	tars[0][600] ^= 1
	if err := os.WriteFile(name, tars[0], 0o644); err != nil {
		t.Fatal(err)
	}
	if _, _, err := writeBase(t, folder, compress.Gzip); err == nil || !strings.Contains(err.Error(), "digest") {
		t.Errorf("a blob that is not what its digest says: %v", err)
	}
}
