package export_test

import (
	"archive/tar"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/archive"
	"github.com/rules-strata/rules_strata/go/export"
)

// then is a layer that is another one from the second time on.
func then(first, second archive.Layer) archive.Layer {
	times := 0
	l := first
	l.Write = func(ctx context.Context, w io.Writer) error {
		if times++; times > 1 {
			return second.Write(ctx, w)
		}
		return first.Write(ctx, w)
	}
	return l
}

type fullDisk struct{}

var errFull = errors.New("no space left")

func (fullDisk) WriteAt([]byte, int64) (int, error) { return 0, errFull }

func TestErrors(t *testing.T) {
	good := layer(t, file("a", "1"), file("b", "2"))
	large := file("large", strings.Repeat("large", 1<<18))
	shorter := good
	shorter.Size--
	failing := good
	failing.Write = func(context.Context, io.Writer) error { return errors.New("disk on fire") }
	for _, test := range []struct {
		name   string
		layers []archive.Layer
		want   string
	}{
		{"a layer that is another one", []archive.Layer{good, shorter}, "layer 2 of 2: more than 3071 bytes came"},
		{"a layer that cannot be read", []archive.Layer{failing}, "layer 1 of 1: disk on fire"},
		{"a layer that changes: content", []archive.Layer{then(good, layer(t, file("a", "1"), file("b", "3")))}, "layer 1 of 1: its diff ID is sha256:"},
		{"a layer that changes: size", []archive.Layer{then(layer(t, file("a", "1"), large), layer(t, file("a", "12"), large))}, `layer 1 of 1: entry "a": the layer changed while it was read`},
		{"a layer that changes: entries", []archive.Layer{then(good, layer(t, file("a", "1")))}, "layer 1 of 1: "},
		{"a name that leads out", []archive.Layer{layer(t, file("../x", ""))}, `layer 1 of 1: entry "../x": its path has "..", which could lead out of the image`},
		{"a link to nothing", []archive.Layer{layer(t, link(tar.TypeLink, "a", "b"))}, `layer 1 of 1: entry "a": hard link to "b": there is no such file yet`},
		{"a name that no file system has", []archive.Layer{layer(t, file("a/"+strings.Repeat("n", 256), ""))}, `layer 1: the path "./a/nnn`},
		{"a path that is too long", []archive.Layer{good, layer(t, file(strings.Repeat("long/", 820)+"x", ""))}, `layer 2: the path "./long/`},
		{"an owner that no system has", []archive.Layer{layer(t, file("a", "").with(func(h *tar.Header) { h.Uid = 1 << 32 }))}, `layer 1: write tar: entry "./a": uid 4294967296 is not between 0 and 4294967294`},
	} {
		out, err := os.Create(filepath.Join(t.TempDir(), "out"))
		if err != nil {
			t.Fatal(err)
		}
		if err := export.Write(t.Context(), out, test.layers); err == nil || !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("%s: got %v, want %s", test.name, err, test.want)
		}
		out.Close()
	}
	if err := export.Write(t.Context(), fullDisk{}, []archive.Layer{good}); !errors.Is(err, errFull) {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := export.Write(ctx, fullDisk{}, []archive.Layer{good}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
