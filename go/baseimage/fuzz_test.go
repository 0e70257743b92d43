package baseimage

import (
	"os"
	"path/filepath"
	"testing"
)

// FuzzOpen: whatever a file holds, it is an image or an error.
func FuzzOpen(f *testing.F) {
	s := sampleOf(f, 2, "amd64")
	files, manifest := blobs(f, s, "+gzip", gzipped)
	for _, members := range [][]file{legacy(f, s), skopeo(f, s), hybrid(f, s), layoutOf(f, files, manifest)} {
		f.Add(tarOf(f, members...))
		f.Add([]byte(gzipped(f, string(tarOf(f, members...)))))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		name := filepath.Join(t.TempDir(), "base.tar")
		if err := os.WriteFile(name, data, 0o644); err != nil {
			t.Fatal(err)
		}
		_ = openAll(name)
		if all, err := OpenAll(name, Selection{}); err == nil {
			if len(all.Images) == 0 {
				t.Error("no image and no error")
			}
			for _, l := range all.Images[0].Layers {
				_, _ = l.TarSize(t.Context())
			}
			all.Close()
		}
	})
}

// FuzzLayer: whatever a layer holds, it is one or an error.
func FuzzLayer(f *testing.F) {
	f.Add([]byte(entries(f, entry{name: rel, kind: "dir"}, entry{name: rel + "/a", kind: "file"}, entry{name: rel + "/b", kind: "hard " + rel + "/a"})))
	f.Add([]byte(entries(f, entry{name: wh, kind: "white"}, entry{name: "nix/store/.wh..wh..opq", kind: "white"})))
	f.Fuzz(func(t *testing.T, data []byte) {
		info, err := describe(t, "/nix/store", string(data))
		if err == nil && (len(info.Layers) != 1 || info.Layers[0].Size != int64(len(data))) {
			t.Errorf("got %+v of %d bytes", info, len(data))
		}
	})
}
