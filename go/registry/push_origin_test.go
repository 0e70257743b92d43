package registry_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/rules-strata/rules_strata/go/registry"
	"github.com/rules-strata/rules_strata/go/registry/faulty"
)

// readFrom has the bytes of a layer read from a repository.
func readFrom(c *registry.Client, repo name.Repository, l registry.Layer) registry.Layer {
	l.Open = func(ctx context.Context) (io.ReadCloser, error) {
		return c.Blob(ctx, repo, v1.Descriptor{Digest: l.Digest, Size: l.Size})
	}
	return l
}

// TestPushFromAnotherRegistry: a blob is read once; where that breaks off, the
// rest is asked for and no more.
func TestPushFromAnotherRegistry(t *testing.T) {
	const size, cut = 1 << 20, 300_000
	for _, tc := range []struct {
		name  string
		fault func(from, to *faulty.Server)
		reads int // requests for the blob
	}{
		{"good", func(_, _ *faulty.Server) {}, 1},
		{"reading is reset", func(from, _ *faulty.Server) { from.When("GET", faulty.Blob).Times(2).Do(faulty.ResetAnswer(cut)) }, 3},
		{"reading ends early", func(from, _ *faulty.Server) { from.When("GET", faulty.Blob).Times(1).Do(faulty.ShortAnswer(cut)) }, 2},
		{"reading begins with 503", func(from, _ *faulty.Server) {
			from.When("GET", faulty.Blob).Times(1).Do(faulty.Status(http.StatusServiceUnavailable, ""))
		}, 2},
	} {
		t.Run(tc.name, func(t *testing.T) {
			from, to := faulty.New(t), faulty.New(t)
			tc.fault(from, to)
			pushFrom(t, from, to, size)
			reads := from.Requests("GET", faulty.Blob)
			if len(reads) != tc.reads {
				t.Errorf("%d requests, want %d\n%s", len(reads), tc.reads, from)
			}
			for _, r := range reads {
				var first int64
				if r.Status == http.StatusPartialContent {
					if _, err := fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-", &first); err != nil || first == 0 {
						t.Errorf("the range is %q, %v", r.Header.Get("Range"), err)
					}
				}
				if r.Out > size-first {
					t.Errorf("%d bytes from %d on\n%s", r.Out, first, from)
				}
			}
		})
	}
	t.Run("sending is reset", func(t *testing.T) {
		from, to := faulty.New(t), faulty.New(t)
		to.When("PATCH", faulty.Upload).Times(1).Do(faulty.ResetRequest(cut))
		pushFrom(t, from, to, size)
		// What was lost on its way is read again, with what comes before it.
		if n, _, out := from.Count("GET", faulty.Blob); n > 2 || out > 2*size {
			t.Errorf("%d requests read %d bytes\n%s", n, out, from)
		}
	})
}

// pushFrom pushes an image with a layer of one registry to another.
func pushFrom(t *testing.T, from, to *faulty.Server, size int) {
	t.Helper()
	data := bytesOf(1, size)
	from.PutBlob("base", data)
	c := client(t)
	l := readFrom(c, reference(t, from.Host+"/base").Context(), layer("base layer", data))
	pushed, err := c.Push(context.Background(), references(t, to.Host+"/app:v1"), imageOf("linux/amd64", l))
	if err != nil || pushed.Sent != 2 || !bytes.Equal(to.Blob("app", l.Digest.String()), data) {
		t.Fatalf("%+v, %v\n%s%s", pushed, err, from, to)
	}
}

// TestPushOfConfigMounts: the config of an image that is pushed as it was
// pulled is mounted like its layers.
func TestPushOfConfigMounts(t *testing.T) {
	s := faulty.New(t)
	img := imageOf("linux/amd64")
	s.PutBlob("base", img.Config)
	img.ConfigFrom = []name.Repository{reference(t, s.Host+"/base").Context()}
	pushed, err := client(t).Push(context.Background(), references(t, s.Host+"/app:v1"), img)
	if err != nil || pushed.Mounted != 1 || pushed.Sent != 0 {
		t.Errorf("%+v, %v\n%s", pushed, err, s)
	}
}

// TestPushWhereMountsAreRefused: a registry that answers a mount with an error
// gets the bytes.
func TestPushWhereMountsAreRefused(t *testing.T) {
	for _, status := range []int{http.StatusBadRequest, http.StatusForbidden, http.StatusNotFound, http.StatusMethodNotAllowed} {
		s := faulty.New(t)
		data := bytesOf(1, 10_000)
		s.PutBlob("base", data)
		s.When("POST", faulty.Upload).Do(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			if r.URL.Query().Has("mount") {
				next = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
			}
			next.ServeHTTP(w, r)
		})
		l := layer("base layer", data)
		l.From = []name.Repository{reference(t, s.Host+"/base").Context()}
		pushed, err := client(t).Push(context.Background(), references(t, s.Host+"/app:v1"), imageOf("linux/amd64", l))
		if err != nil || pushed.Sent != 2 || !bytes.Equal(s.Blob("app", l.Digest.String()), data) {
			t.Errorf("%d: %+v, %v\n%s", status, pushed, err, s)
		}
	}
}

// TestPushFromAnotherRegistryMemory: blobs are not kept, however large they
// are.
func TestPushFromAnotherRegistryMemory(t *testing.T) {
	const size, layers = 64 << 20, 4
	// Blobs are zeros, and what is sent is thrown away.
	serve := func(handle http.HandlerFunc) string {
		server := httptest.NewServer(handle)
		t.Cleanup(server.Close)
		return strings.TrimPrefix(server.URL, "http://")
	}
	from := serve(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "/blobs/") {
			w.Header().Set("Content-Length", strconv.Itoa(size))
			_, _ = io.CopyBuffer(w, io.LimitReader(zeroReader{}, size), make([]byte, 32<<10))
		}
	})
	to := serve(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Location", "/v2/app/blobs/uploads/1")
		w.WriteHeader(map[string]int{"GET": 200, "HEAD": 404, "POST": 202, "PATCH": 202, "PUT": 201}[r.Method])
	})
	c := client(t)
	d := newSHA256()
	if _, err := io.Copy(d, io.LimitReader(zeroReader{}, size)); err != nil {
		t.Fatal(err)
	}
	l := layer("zeros", nil)
	l.Digest, l.Size = d.hash(), size
	l = readFrom(c, reference(t, from+"/base").Context(), l)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range layers {
		pushed, err := c.Push(context.Background(), references(t, to+"/app:v1"), imageOf("linux/amd64", l))
		if err != nil || pushed.Sent != 2 {
			t.Fatalf("%+v, %v", pushed, err)
		}
	}
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 16<<20 {
		t.Errorf("%d MiB were allocated for %d blobs of %d MiB", n>>20, layers, size>>20)
	}
}
