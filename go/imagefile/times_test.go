package imagefile

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"io"
	"math"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rules-strata/rules_strata/go/image"
	"github.com/rules-strata/rules_strata/go/layer"
	"github.com/rules-strata/rules_strata/go/store"
)

// tarAt is a tar of package layer with all that makes its headers special.
func tarAt(t *testing.T, mtime int64) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := layer.NewTarWriter(&buf)
	for _, h := range []layer.Header{
		{Name: "./", Type: tar.TypeDir, Mode: 0o755},
		{Name: "./file", Type: tar.TypeReg, Mode: 0o644, Size: 513},
		{Name: "./" + strings.Repeat("long/", 30), Type: tar.TypeDir, Mode: 0o755},
		{Name: "./link", Type: tar.TypeSymlink, Mode: 0o777, Linkname: strings.Repeat("ü", 90)},
		{Name: "./owned", Type: tar.TypeReg, Mode: 0o644, Size: 512, UID: 1 << 30, GID: 1 << 22},
		{Name: "./fifo", Type: tar.TypeFifo, Mode: 0o600},
		{Name: "./null", Type: tar.TypeChar, Mode: 0o666, DevMajor: 1, DevMinor: 3},
		{Name: "./\xff", Type: tar.TypeReg, Mode: 0o644, Size: 1, Xattrs: map[string][]byte{"security.capability": {1, 0, 2}}},
	} {
		h.MTime = mtime
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(bytes.Repeat([]byte{0}, int(h.Size))); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// TestRetime: the result is what would have been written in the first place.
func TestRetime(t *testing.T) {
	for _, mtime := range []int64{0, 1, 1_700_000_000, 1<<33 - 1} {
		var out bytes.Buffer
		if err := retime(&out, bytes.NewReader(tarAt(t, 1)), mtime); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(out.Bytes(), tarAt(t, mtime)) {
			t.Errorf("%d: another tar", mtime)
		}
	}
}

// TestRetimeBigFile: the size of a file of 8 GiB and more is in a record.
func TestRetimeBigFile(t *testing.T) {
	const size = 1<<33 + 5
	make := func(mtime int64) []byte {
		var buf bytes.Buffer
		if err := layer.NewTarWriter(&buf).WriteHeader(&layer.Header{Name: "big", Type: tar.TypeReg, Size: size, MTime: mtime}); err != nil {
			t.Fatal(err)
		}
		return buf.Bytes()
	}
	var out bytes.Buffer
	err := retime(&out, bytes.NewReader(make(1)), 5)
	if !bytes.Equal(out.Bytes(), make(5)) || err == nil || !strings.Contains(err.Error(), "8589935104 bytes are missing") {
		t.Errorf("got %v", err)
	}
}

func TestRetimeErrors(t *testing.T) {
	whole := tarAt(t, 1)
	broken := bytes.Clone(whole)
	copy(broken[sizeStart:], "x")
	for _, test := range []struct {
		name    string
		data    []byte
		mtime   int64
		wantErr string
	}{
		{"cut in a header", whole[:100], 1, "the tar is truncated"},
		{"cut in a file", whole[:1200], 1, "the tar is truncated: "},
		{"broken size", broken, 1, "not a tar: the size"},
		{"another time", tarAt(t, -5), 1, "a PAX record has the time of an entry"},
		{"time before 1970", whole, -1, "the time -1 does not fit"},
		{"time that is far", whole, math.MaxInt64, "does not fit into the header"},
	} {
		if err := retime(io.Discard, bytes.NewReader(test.data), test.mtime); err == nil || !strings.Contains(err.Error(), test.wantErr) {
			t.Errorf("%s: got %v, want %s", test.name, err, test.wantErr)
		}
	}
}

// TestNow: times of "now" are those of the run, and only then.
func TestNow(t *testing.T) {
	at := time.Unix(1_700_000_000, 5).In(time.FixedZone("", 7200))
	const text = "2023-11-14T22:13:20.000000005Z"
	type config struct {
		Created string
		History []struct{ Created, Comment string }
	}
	for _, test := range []struct {
		name           string
		created, mtime bool
	}{
		{"neither", false, false}, {"created", true, false}, {"mtime", false, true}, {"both", true, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			below := build(t).mustOpen(t)
			b := build(t)
			b.write(t, "_main/customisation.tar", string(tarAt(t, 1)))
			b.replaceTop(t)
			b.write(t, "_main/base.tar", string(writeArchive(t, below)))
			base := map[string]any{"archive": "_main/base.tar", "name": "", "tag": ""}
			b.onBase(t, below, base)
			b.describe(t, func(d map[string]any) {
				d["base"] = base
				if test.created {
					d["created"] = "now"
				}
				if test.mtime {
					d["mtime"] = "now"
				}
			})
			built := b.mustOpen(t)
			img, err := OpenAt(t.Context(), filepath.Join(b.folder, "hello.image.json"), b.path(""), at)
			if err != nil {
				t.Fatal(err)
			}
			defer img.Close()
			checkLayerFiles(t, writeArchive(t, img), uniqueOf(img.DiffIDs()))
			var was, is config
			if json.Unmarshal(built.Config, &was) != nil || json.Unmarshal(img.Config, &is) != nil {
				t.Fatal("config is no JSON")
			}
			for i, l := range img.Layers {
				same := l.DiffID == built.Layers[i].DiffID
				if want := i < 3 || !test.mtime; same != want {
					t.Errorf("layer %d: the same is %v, want %v", i+1, same, want)
				}
				want := was.History[i]
				if i >= 3 && test.created {
					want.Created = text
				}
				if is.History[i] != want {
					t.Errorf("history %d: got %v, want %v", i+1, is.History[i], want)
				}
			}
			if got := is.Created == text; got != test.created {
				t.Errorf("created is %s", is.Created)
			}
			if test.mtime {
				checkTimes(t, img, at.Unix())
			}
			// Every action sees the image as it was built.
			if string(built.Config) != readText(t, b, "_main/config.json") {
				t.Error("Open changed the config")
			}
		})
	}
}

// replaceTop makes layers.json and config.json go with another top layer.
func (b built) replaceTop(t *testing.T) {
	t.Helper()
	img := b.mustOpen(t)
	diffID, size, err := img.measure(t.Context(), 2)
	if err != nil {
		t.Fatal(err)
	}
	old := img.Layers[2].DiffID
	img.Layers[2].DiffID, img.Layers[2].Size = diffID, size
	b.writeJSON(t, "_main/layers.json", image.Layers{Layers: img.Layers, Objects: map[store.Path]string{}, Version: 1})
	b.write(t, "_main/config.json", strings.ReplaceAll(string(img.Config), old, diffID))
}

// checkTimes checks the time of all entries of an image's own layers.
func checkTimes(t *testing.T, img *Image, want int64) {
	t.Helper()
	for n := img.base(); n < len(img.Layers); n++ {
		var buf bytes.Buffer
		if err := img.WriteLayer(t.Context(), n, &buf); err != nil {
			t.Fatal(err)
		}
		for r := tar.NewReader(&buf); ; {
			h, err := r.Next()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if h.ModTime.Unix() != want {
				t.Errorf("layer %d, %s: %v", n+1, h.Name, h.ModTime)
			}
		}
	}
}

// TestTimeOfTheBuild: the time of the files can be in a file.
func TestTimeOfTheBuild(t *testing.T) {
	b := build(t)
	b.write(t, "_main/time", "1\n")
	b.describe(t, func(d map[string]any) { d["mtime"] = "@_main/time" })
	img := b.mustOpen(t)
	checkLayerFiles(t, writeArchive(t, img), img.DiffIDs())
}
