package registry_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"

	"github.com/rules-strata/rules_strata/go/progress"
	"github.com/rules-strata/rules_strata/go/registry"
	"github.com/rules-strata/rules_strata/go/registry/faulty"
)

// writes are the requests by which a registry would be changed.
func writes(s *faulty.Server) int {
	n := 0
	for _, method := range []string{"POST", "PUT", "PATCH", "DELETE"} {
		n += len(s.Requests(method, ""))
	}
	return n
}

func TestPush(t *testing.T) {
	ctx := context.Background()
	s := faulty.New(t)
	a, b := bytesOf(1, 100_000), bytesOf(2, 70_000)
	img := imageOf("linux/amd64", layer("a", a), layer("b", b))
	refs := references(t, s.Host+"/some/app:v1", s.Host+"/some/app:latest")
	push := func(img registry.Parts) *registry.Pushed {
		t.Helper()
		s.Forget()
		// A new client each time, as bazel run has.
		pushed, err := client(t).Push(ctx, refs, img)
		if err != nil {
			t.Fatal(err)
		}
		return pushed
	}

	pushed := push(img)
	if want := (registry.Pushed{Digest: hashOf(img.Manifest), Sent: 3, Bytes: int64(len(a) + len(b) + len(img.Config)), Manifests: 3}); *pushed != want {
		t.Errorf("%+v, want %+v", *pushed, want)
	}
	for _, data := range [][]byte{a, b, img.Config} {
		if !bytes.Equal(s.Blob("some/app", faulty.DigestOf(data)), data) {
			t.Errorf("a blob of %d bytes is not there", len(data))
		}
	}
	all := s.Requests("PUT", faulty.Manifest)
	var order []string
	for _, r := range all {
		order = append(order, r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:])
	}
	if got, want := strings.Join(order, " "), pushed.Digest.String()+" v1 latest"; got != want {
		t.Errorf("manifests put in the order %s, want %s", got, want)
	}

	pushed = push(img)
	if n := writes(s); n != 0 {
		t.Errorf("second push: %d requests that write\n%s", n, s)
	}
	if n, _, _ := s.Count("HEAD", faulty.Blob); n != 0 || pushed.Sent+pushed.Mounted+pushed.Manifests != 0 {
		t.Errorf("second push: %d looks at blobs, %+v", n, *pushed)
	}

	refs = references(t, s.Host+"/some/app:v2")
	if pushed = push(img); pushed.Manifests != 1 || writes(s) != 1 {
		t.Errorf("another tag: %+v\n%s", *pushed, s)
	}

	changed := imageOf("linux/amd64", layer("a", a), layer("c", bytesOf(3, 5000)))
	pushed = push(changed)
	if pushed.Sent != 2 || pushed.Present != 1 || pushed.Bytes != int64(5000+len(changed.Config)) {
		t.Errorf("one layer changed: %+v", *pushed)
	}
	if n, in, _ := s.Count("PATCH", faulty.Upload); n != 2 || in != pushed.Bytes {
		t.Errorf("one layer changed: %d uploads of %d bytes", n, in)
	}
}

func TestPushByDigest(t *testing.T) {
	s := faulty.New(t)
	img := imageOf("linux/amd64", layer("a", bytesOf(1, 1000)))
	ref := s.Host + "/app@" + hashOf(img.Manifest).String()
	pushed, err := client(t).Push(context.Background(), references(t, ref), img)
	if err != nil || pushed.Manifests != 1 {
		t.Errorf("%+v, %v", pushed, err)
	}
	other := s.Host + "/app@" + hashOf([]byte("other")).String()
	_, err = client(t).Push(context.Background(), references(t, other), img)
	wantError(t, err, "the digest of what is pushed is "+hashOf(img.Manifest).String())
	_, err = client(t).Push(context.Background(), nil, img)
	wantError(t, err, "no reference says where to")
}

func TestPushIndex(t *testing.T) {
	ctx := context.Background()
	s := faulty.New(t)
	shared := layer("shared", bytesOf(1, 10_000))
	images := map[string]registry.Parts{
		"linux/amd64": imageOf("linux/amd64", shared, layer("amd64", bytesOf(2, 2000))),
		"linux/arm64": imageOf("linux/arm64", shared, layer("arm64", bytesOf(3, 3000))),
	}
	index := indexOf(images, "linux/amd64", "linux/arm64")
	ref := s.Host + "/app:v1"
	pushed, err := client(t).PushIndex(ctx, references(t, ref), index)
	if err != nil {
		t.Fatal(err)
	}
	if pushed.Sent != 5 || pushed.Manifests != 4 || pushed.Digest != hashOf(index.Manifest) {
		t.Errorf("%+v", *pushed)
	}
	s.Forget()
	if _, err := client(t).PushIndex(ctx, references(t, ref), index); err != nil || writes(s) != 0 {
		t.Errorf("second push: %v\n%s", err, s)
	}
	img, err := client(t).Resolve(ctx, reference(t, ref), registry.Platform{OS: "linux", Architecture: "arm64"})
	if err != nil {
		t.Fatal(err)
	}
	if img.Descriptor.Digest != hashOf(images["linux/arm64"].Manifest) || img.Index == nil || img.Index.Digest != pushed.Digest {
		t.Errorf("resolved %+v", img)
	}

	index.Images = index.Images[:1]
	_, err = client(t).PushIndex(ctx, references(t, ref), index)
	wantError(t, err, "the image sha256:", "is not among those to push")
}

func TestPushMounts(t *testing.T) {
	ctx := context.Background()
	repository := func(text string) name.Repository { return reference(t, text).Context() }
	for _, tc := range []struct {
		name    string
		have    string // the repository that has the layer
		from    []string
		auth    bool
		denied  bool
		mounted int
	}{
		{name: "from the base's repository", have: "base", from: []string{"base"}, mounted: 1},
		{name: "from the second of two", have: "two", from: []string{"one", "two"}, mounted: 1},
		{name: "from the first of two", have: "one", from: []string{"one", "two"}, mounted: 1},
		{name: "it is not there", from: []string{"base"}},
		{name: "with a token", have: "base", from: []string{"base"}, auth: true, mounted: 1},
		{name: "not allowed to read there", have: "base", from: []string{"base"}, auth: true, denied: true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := faulty.New(t)
			data := bytesOf(1, 50_000)
			if tc.have != "" {
				s.PutBlob(tc.have, data)
			}
			if tc.auth {
				a := faulty.Auth{}
				if tc.denied {
					a.Denied = []string{"repository:base:pull"}
				}
				s.Require(a)
			}
			l := layer("base layer", data)
			for _, from := range tc.from {
				l.From = append(l.From, repository(s.Host+"/"+from))
			}
			l.From = append(l.From, repository("registry.example/elsewhere"))
			pushed, err := client(t).Push(ctx, references(t, s.Host+"/app:v1"), imageOf("linux/amd64", l))
			if err != nil {
				t.Fatal(err)
			}
			if pushed.Mounted != tc.mounted || pushed.Sent != 2-tc.mounted || !bytes.Equal(s.Blob("app", l.Digest.String()), data) {
				t.Errorf("%+v\n%s", *pushed, s)
			}
		})
	}
}

func TestPushOfPartsThatDoNotFit(t *testing.T) {
	good := imageOf("linux/amd64", layer("a", bytesOf(1, 1000)))
	for _, tc := range []struct {
		name   string
		change func(*registry.Parts)
		want   string
	}{
		{"another config", func(p *registry.Parts) { p.Config = []byte("{}") }, "the config is sha256:"},
		{"a layer too few", func(p *registry.Parts) { p.Layers = nil }, "the manifest has 1 layers, there are 0"},
		{"another layer", func(p *registry.Parts) { p.Layers = []registry.Layer{layer("b", bytesOf(2, 1000))} }, "layer 0 is sha256:"},
		{"no manifest", func(p *registry.Parts) { p.Manifest = []byte("x") }, "it is not a manifest"},
		{"an index", func(p *registry.Parts) {
			p.Manifest = encode(map[string]any{"schemaVersion": 2, "mediaType": ociIndex})
		}, "is of an index"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := good
			tc.change(&p)
			_, err := client(t).Push(context.Background(), references(t, "registry.example/app"), p)
			wantError(t, err, tc.want)
		})
	}
}

// TestPushChecksBytes: what is not what the digest says never becomes a blob,
// and is made once more before it is given up.
func TestPushChecksBytes(t *testing.T) {
	data := bytesOf(1, 200_000)
	wrong := bytes.Clone(data)
	wrong[150_000] ^= 1
	failure := errors.New("the object is gone")
	for _, tc := range []struct {
		name  string
		open  func(try int) (io.Reader, error)
		opens int
		want  string // "": it succeeds
	}{
		{"wrong", func(int) (io.Reader, error) { return bytes.NewReader(wrong), nil }, 2, "digest mismatch: wanted " + hashOf(data).String() + ", got " + hashOf(wrong).String()},
		{"wrong the first time", func(try int) (io.Reader, error) {
			return bytes.NewReader([][]byte{wrong, data}[try-1]), nil
		}, 2, ""},
		{"too short", func(int) (io.Reader, error) { return bytes.NewReader(data[:100_000]), nil }, 1, "the descriptor says 200000 bytes, there are 100000"},
		{"too long", func(int) (io.Reader, error) {
			return io.MultiReader(bytes.NewReader(data), bytes.NewReader(wrong)), nil
		}, 1, "the descriptor says 200000 bytes, there are at least"},
		{"broken", func(int) (io.Reader, error) {
			return io.MultiReader(bytes.NewReader(data[:100_000]), brokenReader{failure}), nil
		}, 1, failure.Error()},
		{"not to be had", func(int) (io.Reader, error) { return nil, failure }, 1, failure.Error()},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := faulty.New(t)
			l := layer("the app", data)
			opens := 0
			l.Open = func(context.Context) (io.ReadCloser, error) {
				opens++
				r, err := tc.open(opens)
				if err != nil {
					return nil, err
				}
				return io.NopCloser(r), nil
			}
			_, err := client(t).Push(context.Background(), references(t, s.Host+"/app"), imageOf("linux/amd64", l))
			if tc.want == "" && err != nil {
				t.Fatal(err)
			} else if tc.want != "" {
				wantError(t, err, tc.want, l.Digest.String(), "the app")
				if len(s.Requests("PUT", faulty.Manifest)) > 0 || s.Blob("app", l.Digest.String()) != nil {
					t.Errorf("pushed all the same\n%s", s)
				}
			}
			if opens != tc.opens {
				t.Errorf("opened %d times, want %d", opens, tc.opens)
			}
		})
	}
}

type brokenReader struct{ err error }

func (r brokenReader) Read([]byte) (int, error) { return 0, r.err }

// TestPushWrite: layers that are written, a few at a time.
func TestPushWrite(t *testing.T) {
	s := faulty.New(t)
	var now, most, ended atomic.Int64
	var layers []registry.Layer
	for i := range 12 {
		data := bytesOf(byte(i), 100_000+i)
		l := layer("layer", data)
		l.Open = nil
		l.Write = func(_ context.Context, w io.Writer) error {
			defer ended.Add(1)
			defer now.Add(-1)
			for n := now.Add(1); n > most.Load(); n = now.Load() {
				most.Store(n)
			}
			_, err := w.Write(data)
			return err
		}
		layers = append(layers, l)
	}
	img := imageOf("linux/amd64", layers...)
	c := client(t, func(o *registry.Options) { o.Jobs = 3 })
	if _, err := c.Push(context.Background(), references(t, s.Host+"/app"), img); err != nil {
		t.Fatal(err)
	}
	if most.Load() > 3 {
		t.Errorf("%d at a time", most.Load())
	}
	for ended.Load() < 12 {
		runtime.Gosched()
	}
	layers[0].Write = nil
	_, err := c.Push(context.Background(), references(t, s.Host+"/other"), img)
	wantError(t, err, "the registry does not have it, and its bytes are not here", "layer "+layers[0].Digest.String())
}

func TestPushProgress(t *testing.T) {
	s := faulty.New(t)
	a, b := layer("a", bytesOf(1, 300_000)), layer("b", bytesOf(2, 1000))
	s.PutBlob("app", bytesOf(2, 1000))
	s.When("PATCH", faulty.Upload).Times(1).Do(faulty.ResetRequest(100_000))
	reporter := progress.New(nil)
	c := client(t, func(o *registry.Options) { o.Progress, o.Jobs = reporter, 1 })
	if _, err := c.Push(context.Background(), references(t, s.Host+"/app"), imageOf("linux/amd64", a, b)); err != nil {
		t.Fatal(err)
	}
	if layers, n := reporter.Sent(); layers != 1 || n != 300_000 {
		t.Errorf("%d layers sent with %d bytes", layers, n)
	}
	if summary := reporter.Summary(); !strings.HasPrefix(summary, "1 of 2 layers sent, 293.0 KiB") {
		t.Error(summary)
	}
}
