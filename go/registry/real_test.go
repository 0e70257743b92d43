package registry_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	memory "github.com/google/go-containerregistry/pkg/registry"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
	"github.com/google/go-containerregistry/pkg/v1/validate"

	"github.com/rules-strata/rules_strata/go/registry"
)

// counting is a transport that counts the requests by method and path, and
// breaks off the bodies of some.
type counting struct {
	mu    sync.Mutex
	count map[string]int // "METHOD manifests", "METHOD blobs", "METHOD uploads"
	bytes int64          // of the bodies of PATCH requests
	cuts  int            // PATCH requests that break off
	at    int64          // after so many bytes
}

func (c *counting) RoundTrip(r *http.Request) (*http.Response, error) {
	kind := "other"
	for _, k := range []string{"manifests", "blobs", "uploads"} {
		if strings.Contains(r.URL.Path, "/"+k+"/") {
			kind = k
		}
	}
	c.mu.Lock()
	c.count[r.Method+" "+kind]++
	cut := r.Method == http.MethodPatch && c.cuts > 0 && r.ContentLength > c.at
	if cut {
		c.cuts--
	}
	c.mu.Unlock()
	if r.Method == http.MethodPatch {
		r = r.WithContext(r.Context())
		r.GetBody = nil
		left := int64(-1)
		if cut {
			left = c.at
		}
		r.Body = &cutBody{r.Body, c, left}
	}
	return http.DefaultTransport.RoundTrip(r)
}

func (c *counting) writes() int {
	n := 0
	for what, times := range c.count {
		if method, _, _ := strings.Cut(what, " "); method != "GET" && method != "HEAD" {
			n += times
		}
	}
	return n
}

type cutBody struct {
	io.ReadCloser
	c    *counting
	left int64 // -1: it is not cut
}

func (b *cutBody) Read(p []byte) (int, error) {
	if b.left == 0 {
		return 0, errors.New("the cable is out")
	}
	if b.left > 0 {
		p = p[:min(int64(len(p)), b.left)]
	}
	n, err := b.ReadCloser.Read(p)
	if b.left > 0 {
		b.left -= int64(n)
	}
	b.c.mu.Lock()
	defer b.c.mu.Unlock()
	b.c.bytes += int64(n)
	return n, err
}

// tarLayer is a layer of one file that does not compress.
func tarLayer(t testing.TB, file string, content []byte) registry.Layer {
	t.Helper()
	var plain, packed bytes.Buffer
	w := tar.NewWriter(&plain)
	if err := w.WriteHeader(&tar.Header{Name: file, Mode: 0o644, Size: int64(len(content))}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	z := gzip.NewWriter(&packed)
	if _, err := z.Write(plain.Bytes()); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	l := layer(file, packed.Bytes())
	l.DiffID = hashOf(plain.Bytes())
	return l
}

// registries are those that the tests below are for: go-containerregistry's
// own, and the one at $STRATA_TEST_REGISTRY (host:port).
func registries(t *testing.T, f func(t *testing.T, host string)) {
	t.Run("in memory", func(t *testing.T) {
		server := httptest.NewServer(memory.New(memory.Logger(log.New(io.Discard, "", 0))))
		defer server.Close()
		f(t, strings.TrimPrefix(server.URL, "http://"))
	})
	t.Run("real", func(t *testing.T) {
		host := os.Getenv("STRATA_TEST_REGISTRY")
		if host == "" {
			t.Skip("STRATA_TEST_REGISTRY is not set")
		}
		f(t, host)
	})
}

// TestRealPush pushes, pushes again, moves a tag, mounts and fetches.
func TestRealPush(t *testing.T) {
	registries(t, func(t *testing.T, host string) {
		ctx := context.Background()
		seed := byte(os.Getpid())
		a, b := tarLayer(t, "a", bytesOf(seed, 3_000_000)), tarLayer(t, "b", bytesOf(seed+1, 50_000))
		repository := fmt.Sprintf("%s/strata/app%d", host, os.Getpid())
		img := imageOf("linux/amd64", a, b)
		push := func(img registry.Parts, refs ...string) (*registry.Pushed, *counting) {
			t.Helper()
			c := &counting{count: map[string]int{}}
			pushed, err := client(t, func(o *registry.Options) { o.Transport, o.Sleep = c, nil }).Push(ctx, references(t, refs...), img)
			if err != nil {
				t.Fatal(err)
			}
			return pushed, c
		}
		if pushed, c := push(img, repository+":v1", repository+":latest"); pushed.Sent != 3 || c.count["PUT manifests"] != 3 {
			t.Errorf("%+v, %v", *pushed, c.count)
		}
		if pushed, c := push(img, repository+":v1", repository+":latest"); c.writes() != 0 || c.count["GET blobs"] != 0 {
			t.Errorf("second push: %+v, %v", *pushed, c.count)
		}
		if pushed, c := push(img, repository+":v2"); c.writes() != 1 || c.count["PUT manifests"] != 1 {
			t.Errorf("another tag: %+v, %v", *pushed, c.count)
		}
		changed := imageOf("linux/amd64", a, tarLayer(t, "b", bytesOf(seed+2, 50_000)))
		if pushed, c := push(changed, repository+":v3"); pushed.Sent != 2 || c.count["PATCH uploads"] != 2 || c.count["PUT manifests"] != 2 {
			t.Errorf("one layer changed: %+v, %v", *pushed, c.count)
		}
		a.From = []name.Repository{reference(t, repository).Context()}
		if pushed, c := push(imageOf("linux/amd64", a), repository+"-child:v1"); pushed.Mounted+pushed.Present != 1 || c.bytes > 10_000 {
			t.Errorf("mount: %+v, %v, %d bytes", *pushed, c.count, c.bytes)
		}
		pull(t, repository+":v1", img)
		skopeo(t, "inspect", "--tls-verify=false", "docker://"+repository+":v1")
		skopeo(t, "copy", "--src-tls-verify=false", "--insecure-policy", "docker://"+repository+":v1", "oci:"+t.TempDir()+":v1")
	})
}

// pull fetches an image in our way, and has go-containerregistry check it.
func pull(t *testing.T, ref string, want registry.Parts) {
	t.Helper()
	ctx := context.Background()
	c := client(t)
	img, err := c.Resolve(ctx, reference(t, ref), amd64)
	if err != nil {
		t.Fatal(err)
	}
	if img.Descriptor.Digest != hashOf(want.Manifest) || !bytes.Equal(img.Config, want.Config) {
		t.Errorf("%+v", img)
	}
	for i := range img.Layers {
		r, err := c.Layer(ctx, img, i)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := io.Copy(io.Discard, r); err != nil || n != want.Layers[i].Size {
			t.Errorf("layer %d: %d bytes, %v", i, n, err)
		}
		r.Close()
	}
	options, err := c.Options(ctx, reference(t, ref).Context(), transport.PullScope)
	if err != nil {
		t.Fatal(err)
	}
	there, err := remote.Image(reference(t, ref), options...)
	if err != nil {
		t.Fatal(err)
	}
	if err := validate.Image(there); err != nil {
		t.Error(err)
	}
}

// skopeo runs skopeo, if $STRATA_TEST_SKOPEO says how it is called.
func skopeo(t *testing.T, args ...string) bool {
	t.Helper()
	command := strings.Fields(os.Getenv("STRATA_TEST_SKOPEO"))
	if len(command) == 0 {
		return false
	}
	out, err := exec.Command(command[0], append(command[1:], args...)...).CombinedOutput()
	if err != nil {
		t.Errorf("skopeo %s: %v\n%s", args[0], err, out)
	}
	return err == nil
}

// TestRealUploadIsCut: uploads that break off arrive all the same.
func TestRealUploadIsCut(t *testing.T) {
	registries(t, func(t *testing.T, host string) {
		l := tarLayer(t, "a", bytesOf(byte(os.Getpid())+7, 6_000_000))
		img := imageOf("linux/amd64", l)
		ref := fmt.Sprintf("%s/strata/cut%d:v1", host, os.Getpid())
		c := &counting{count: map[string]int{}, cuts: 2, at: 2_500_000}
		if _, err := client(t, func(o *registry.Options) { o.Transport, o.Chunk = c, 1<<20 }).Push(context.Background(), references(t, ref), img); err != nil {
			t.Fatalf("%v\n%v", err, c.count)
		}
		if c.bytes > l.Size+2*c.at+1000 {
			t.Errorf("%v, %d bytes for a layer of %d", c.count, c.bytes, l.Size)
		}
		pull(t, ref, img)
	})
}

// TestRealIndex pushes an index.
func TestRealIndex(t *testing.T) {
	registries(t, func(t *testing.T, host string) {
		images := map[string]registry.Parts{
			"linux/amd64": imageOf("linux/amd64", tarLayer(t, "a", bytesOf(byte(os.Getpid()), 100_000))),
			"linux/arm64": imageOf("linux/arm64", tarLayer(t, "b", bytesOf(byte(os.Getpid()), 200_000))),
		}
		ref := fmt.Sprintf("%s/strata/index%d:v1", host, os.Getpid())
		if _, err := client(t).PushIndex(context.Background(), references(t, ref), indexOf(images, "linux/amd64", "linux/arm64")); err != nil {
			t.Fatal(err)
		}
		pull(t, ref, images["linux/amd64"])
		skopeo(t, "inspect", "--tls-verify=false", "docker://"+ref)
		if skopeo(t, "copy", "--all", "--insecure-policy", "--src-tls-verify=false", "--dest-tls-verify=false", "docker://"+ref, "docker://"+ref+"-skopeo") {
			pull(t, ref+"-skopeo", images["linux/amd64"])
		}
	})
}
