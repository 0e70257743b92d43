package archive

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"
)

var background = context.Background()

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// layerOf is a layer that holds data and writes it step bytes at a time.
func layerOf(data []byte, step int) Layer {
	return Layer{
		DiffID: digest(data),
		Size:   int64(len(data)),
		Write: func(_ context.Context, w io.Writer) error {
			for rest := data; len(rest) > 0; rest = rest[min(step, len(rest)):] {
				if _, err := w.Write(rest[:min(step, len(rest))]); err != nil {
					return err
				}
			}
			return nil
		},
		Describe: fmt.Sprintf("%d bytes", len(data)),
	}
}

func randomBytes(n int) []byte {
	data := make([]byte, n)
	rand.NewChaCha8([32]byte{byte(n)}).Read(data)
	return data
}

type entry struct {
	name string
	data []byte
}

// read returns the members of an archive, checking what all of them share.
func read(t *testing.T, data []byte, modTime int64) []entry {
	t.Helper()
	var members []entry
	r := tar.NewReader(bytes.NewReader(data))
	for {
		hdr, err := r.Next()
		if err == io.EOF {
			return members
		}
		if err != nil {
			t.Fatal(err)
		}
		if hdr.Mode != 0o644 || hdr.Uid != 0 || hdr.Gid != 0 || hdr.Uname != "" || hdr.Gname != "" || hdr.ModTime.Unix() != modTime || hdr.Typeflag != tar.TypeReg {
			t.Errorf("%s: header %+v", hdr.Name, hdr)
		}
		body, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		members = append(members, entry{hdr.Name, body})
	}
}

func TestWrite(t *testing.T) {
	a, b, empty := randomBytes(10240), randomBytes(1<<20+512), []byte{}
	config := []byte(`{"os":"linux"}`)
	img := Image{
		Config:   config,
		RepoTags: []string{"hello:latest", "example.com/hello:1"},
		Layers:   []Layer{layerOf(a, 100), layerOf(b, 1<<18), layerOf(empty, 1), layerOf(a, 1)},
	}
	var seen []Progress
	var out, again bytes.Buffer
	if err := Write(background, &out, img, WithProgress(func(p Progress) { seen = append(seen, p) })); err != nil {
		t.Fatal(err)
	}
	if err := Write(background, &again, img); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(out.Bytes(), again.Bytes()) {
		t.Error("two writes gave different bytes")
	}
	path := func(data []byte) string { return digest(data)[len("sha256:"):] + "/layer.tar" }
	configName := digest(config)[len("sha256:"):] + ".json"
	manifest := fmt.Sprintf(`[{"Config":%q,"RepoTags":["hello:latest","example.com/hello:1"],"Layers":[%q,%q,%q,%q]}]`,
		configName, path(a), path(b), path(empty), path(a))
	want := []entry{{path(a), a}, {path(b), b}, {path(empty), empty}, {configName, config}, {"manifest.json", []byte(manifest)}}
	if got := read(t, out.Bytes(), 1); !reflect.DeepEqual(got, want) {
		for _, m := range got {
			t.Logf("%s: %d bytes", m.name, len(m.data))
		}
		t.Error("wrong members")
	}
	wantProgress := []Progress{
		{1, 4, "10240 bytes", 10240, false}, {2, 4, "1049088 bytes", 1049088, false},
		{3, 4, "0 bytes", 0, false}, {4, 4, "10240 bytes", 10240, true},
	}
	if !reflect.DeepEqual(seen, wantProgress) {
		t.Errorf("progress %v", seen)
	}
}

func TestWriteWithoutLayersAndTags(t *testing.T) {
	var out bytes.Buffer
	if err := Write(background, &out, Image{Config: []byte("{}")}, WithModTime(time.Unix(-5, 1))); err != nil {
		t.Fatal(err)
	}
	members := read(t, out.Bytes(), -5)
	var manifest []map[string]any
	if err := json.Unmarshal(members[len(members)-1].data, &manifest); err != nil {
		t.Fatal(err)
	}
	if tags, ok := manifest[0]["RepoTags"].([]any); !ok || len(tags) != 0 {
		t.Errorf("RepoTags %v", manifest[0]["RepoTags"])
	}
}

// cut says whether data is a tar that its reader refuses or that is empty.
func cut(data []byte) bool {
	if len(data) == 0 {
		return true
	}
	r := tar.NewReader(bytes.NewReader(data))
	for {
		if _, err := r.Next(); err != nil {
			return err != io.EOF
		}
		if _, err := io.Copy(io.Discard, r); err != nil {
			return true
		}
	}
}

func TestWriteRefusesWrongLayers(t *testing.T) {
	good := layerOf(randomBytes(1<<17), 1000)
	data := randomBytes(2048)
	other := layerOf(append([]byte{^data[0]}, data[1:]...), 2048)
	with := func(change func(*Layer)) Layer {
		l := layerOf(data, 512)
		l.Describe = "hello-2.12"
		change(&l)
		return l
	}
	broken := errors.New("cannot read the object")
	for _, test := range []struct {
		name  string
		layer Layer
		want  []string
	}{
		{"other bytes", with(func(l *Layer) { l.Write = other.Write }), []string{"diff ID is " + other.DiffID, "want " + digest(data), "build it again"}},
		{"too short", with(func(l *Layer) { l.Write = layerOf(data[:2000], 7).Write }), []string{"2000 bytes came, want 2048"}},
		{"nothing", with(func(l *Layer) { l.Write = layerOf(nil, 7).Write }), []string{"0 bytes came, want 2048"}},
		{"too long", with(func(l *Layer) { l.Write = layerOf(randomBytes(2049), 3000).Write }), []string{"more than 2048 bytes came, want 2048"}},
		{"too long, error swallowed", with(func(l *Layer) {
			l.Write = func(_ context.Context, w io.Writer) error { _, _ = w.Write(make([]byte, 4096)); return nil }
		}), []string{"more than 2048 bytes came"}},
		{"too long, error replaced", with(func(l *Layer) {
			l.Write = func(_ context.Context, w io.Writer) error { _, _ = w.Write(make([]byte, 4096)); return broken }
		}), []string{"more than 2048 bytes came"}},
		{"fails", with(func(l *Layer) { l.Write = func(context.Context, io.Writer) error { return broken } }), []string{broken.Error()}},
		{"negative size", with(func(l *Layer) { l.Size = -1 }), []string{"-1 bytes"}},
		{"empty with another diff ID", with(func(l *Layer) { l.Size = 0 }), []string{"0 bytes", "not that of nothing"}},
		{"no writer", with(func(l *Layer) { l.Write = nil }), []string{"nothing writes its bytes"}},
		{"no diff ID", with(func(l *Layer) { l.DiffID = "" }), []string{`"" is not a diff ID: want sha256:<64 hex digits>`}},
		{"short diff ID", with(func(l *Layer) { l.DiffID = "sha256:abcd" }), []string{`"sha256:abcd" is not a diff ID`}},
		{"upper-case diff ID", with(func(l *Layer) { l.DiffID = "sha256:" + strings.Repeat("AB", 32) }), []string{"lower case"}},
		{"listed with two sizes", with(func(l *Layer) { l.DiffID = good.DiffID }), []string{"with 131072 bytes and with 2048"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var out bytes.Buffer
			err := Write(background, &out, Image{Config: []byte("{}"), Layers: []Layer{good, test.layer}})
			if err == nil {
				t.Fatal("no error")
			}
			for _, want := range append(test.want, "docker archive: layer 2 of 2 (hello-2.12): ") {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q, want one with %q", err, want)
				}
			}
			if !cut(out.Bytes()) {
				t.Error("the output is a whole tar")
			}
		})
	}
}

// failingWriter fails once limit bytes have come.
type failingWriter struct {
	limit int
	err   error
}

func (f *failingWriter) Write(p []byte) (int, error) {
	if f.limit -= len(p); f.limit < 0 {
		return 0, f.err
	}
	return len(p), nil
}

func TestWriteReportsTheOutputsError(t *testing.T) {
	full := errors.New("disk full")
	img := Image{Config: []byte("{}"), Layers: []Layer{layerOf(randomBytes(1<<17), 1000)}}
	for _, limit := range []int{0, 1000, 70000, 1 << 17} {
		if err := Write(background, &failingWriter{limit, full}, img); !errors.Is(err, full) {
			t.Errorf("limit %d: got %v", limit, err)
		}
	}
}

func TestWriteStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(background)
	l := layerOf(randomBytes(1<<20), 1000)
	write := l.Write
	l.Write = func(ctx context.Context, w io.Writer) error { cancel(); return write(ctx, w) }
	var out bytes.Buffer
	if err := Write(ctx, &out, Image{Config: []byte("{}"), Layers: []Layer{l}}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if out.Len() > 1<<16 || !cut(out.Bytes()) {
		t.Errorf("%d bytes written", out.Len())
	}
}

// zeros is the start of a layer of any size.
func zeros(size int64) func(context.Context, io.Writer) error {
	return func(_ context.Context, w io.Writer) error {
		_, err := io.CopyN(w, zeroReader{}, size)
		return err
	}
}

type zeroReader struct{}

func (zeroReader) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestLayerOver8GiB(t *testing.T) {
	const size = 9 << 30
	l := Layer{DiffID: digest(nil), Size: size, Write: zeros(1 << 20)}
	var out bytes.Buffer
	if err := Write(background, &out, Image{Layers: []Layer{l}}); err == nil || !strings.Contains(err.Error(), "1048576 bytes came, want 9663676416") {
		t.Fatal(err)
	}
	hdr, err := tar.NewReader(&out).Next()
	if err != nil {
		t.Fatal(err)
	}
	if hdr.Size != size || hdr.Name != digest(nil)[len("sha256:"):]+"/layer.tar" {
		t.Errorf("header %+v", hdr)
	}
}

func TestWriteKeepsNothing(t *testing.T) {
	const size = 64 << 20
	h := sha256.New()
	_ = zeros(size)(background, h)
	img := Image{Layers: []Layer{{DiffID: "sha256:" + hex.EncodeToString(h.Sum(nil)), Size: size, Write: zeros(size)}}}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if err := Write(background, io.Discard, img); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > 1<<20 {
		t.Errorf("a layer of 64 MiB took %d bytes of memory", got)
	}
}

func BenchmarkWrite(b *testing.B) {
	data := randomBytes(64 << 20)
	img := Image{Config: []byte("{}"), Layers: []Layer{layerOf(data, 1<<15)}}
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if err := Write(background, io.Discard, img); err != nil {
			b.Fatal(err)
		}
	}
}
