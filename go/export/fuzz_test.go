package export_test

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/rules-strata/rules_strata/go/archive"
	"github.com/rules-strata/rules_strata/go/export"
)

// layerOf is a layer of any bytes.
func layerOf(data []byte) archive.Layer {
	return archive.Layer{
		DiffID: fmt.Sprintf("sha256:%x", sha256.Sum256(data)), Size: int64(len(data)),
		Write: func(_ context.Context, w io.Writer) error {
			_, err := w.Write(data)
			return err
		},
	}
}

// FuzzWrite: whatever two layers hold, they are an error or a tar that is a layer
// of the same file system: exported again it has the same bytes.
func FuzzWrite(f *testing.F) {
	seed := func(l archive.Layer) []byte {
		var out bytes.Buffer
		if err := l.Write(f.Context(), &out); err != nil {
			f.Fatal(err)
		}
		return out.Bytes()
	}
	f.Add(seed(layer(f, file("a", "1"), link(tar.TypeLink, "b/c", "a"), dir("d", 0o700))), seed(layer(f, file(".wh.a", ""), file("d/.wh..wh..opq", ""))))
	f.Add(seed(layer(f, file("a/b", "1"), link(tar.TypeSymlink, "c", "a"))), seed(layer(f, file("a", "2"))))
	f.Fuzz(func(t *testing.T, lower, upper []byte) {
		out, err := os.Create(filepath.Join(t.TempDir(), "out"))
		if err != nil {
			t.Fatal(err)
		}
		defer out.Close()
		if err := export.Write(t.Context(), out, []archive.Layer{layerOf(lower), layerOf(upper)}); err != nil {
			return
		}
		data, err := os.ReadFile(out.Name())
		if err != nil {
			t.Fatal(err)
		}
		if again := write(t, layerOf(data)); !bytes.Equal(again, data) {
			t.Errorf("%d bytes, exported again %d others", len(data), len(again))
		}
	})
}
