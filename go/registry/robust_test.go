package registry_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/rules-strata/rules_strata/go/registry"
	"github.com/rules-strata/rules_strata/go/registry/faulty"
)

// TestEveryRequestFailsOnce: whichever request goes wrong, in whichever way, an
// image arrives whole and is fetched whole.
func TestEveryRequestFailsOnce(t *testing.T) {
	faults := map[string]faulty.Fault{
		"reset":  faulty.ResetRequest(0),
		"lost":   faulty.LoseAnswer(),
		"closed": faulty.ShortRequest(0),
		"503":    faulty.Status(503, "busy"),
		"429":    faulty.Status(429, "slow down", "Retry-After", "3"),
		"500":    faulty.Status(500, "<html>", "Content-Type", "text/html"),
	}
	for _, request := range []string{
		"GET ping", "GET token", "HEAD manifest", "HEAD blob", "POST upload", "PATCH upload", "PUT upload", "PUT manifest", "GET manifest", "GET blob",
	} {
		method, kind, _ := strings.Cut(request, " ")
		for name, fault := range faults {
			t.Run(request+" "+name, func(t *testing.T) {
				s := faulty.New(t)
				s.Require(faulty.Auth{})
				img := imageOf("linux/amd64", layer("a", bytesOf(1, 100_000)), layer("b", bytesOf(2, 100_000)))
				s.When(method, faulty.Kind(kind)).Times(1).Do(fault)
				c := client(t)
				if _, err := c.Push(context.Background(), references(t, s.Host+"/app:v1"), img); err != nil {
					t.Fatalf("%v\n%s", err, s)
				}
				got, err := c.Resolve(context.Background(), reference(t, s.Host+"/app:v1"), amd64)
				if err != nil {
					t.Fatalf("%v\n%s", err, s)
				}
				for i := range got.Layers {
					r, err := c.Layer(context.Background(), got, i)
					if err != nil {
						t.Fatal(err)
					}
					if n, err := io.Copy(io.Discard, r); n != 100_000 || err != nil {
						t.Errorf("layer %d: %d bytes, %v", i, n, err)
					}
					r.Close()
				}
			})
		}
	}
}

// TestHangs: a registry that does not answer is asked again.
func TestHangs(t *testing.T) {
	s := faulty.New(t)
	for _, request := range []string{"HEAD manifest", "POST upload", "PUT upload"} {
		method, kind, _ := strings.Cut(request, " ")
		s.When(method, faulty.Kind(kind)).Times(1).Do(faulty.HangAnswer(-1))
	}
	c := client(t, func(o *registry.Options) {
		o.Timeouts = registry.Timeouts{Headers: 200 * time.Millisecond, Commit: 200 * time.Millisecond}
	})
	img := imageOf("linux/amd64", layer("a", bytesOf(1, 1000)))
	if _, err := c.Push(context.Background(), references(t, s.Host+"/app:v1"), img); err != nil {
		t.Errorf("%v\n%s", err, s)
	}
}

// TestPushMemory: blobs are not kept, however large they are.
func TestPushMemory(t *testing.T) {
	const size, layers = 64 << 20, 4
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		switch {
		case r.Method == http.MethodHead:
			w.WriteHeader(http.StatusNotFound)
		case r.Method == http.MethodPost || r.Method == http.MethodPatch:
			w.Header().Set("Location", "/v2/app/blobs/uploads/1")
			w.WriteHeader(http.StatusAccepted)
		case r.Method == http.MethodPut:
			w.WriteHeader(http.StatusCreated)
		}
	}))
	defer server.Close()
	var all []registry.Layer
	for i := range layers {
		zeros := func(w io.Writer) error {
			if _, err := w.Write([]byte{byte(i)}); err != nil {
				return err
			}
			_, err := io.CopyBuffer(w, io.LimitReader(zeroReader{}, size-1), make([]byte, 32<<10))
			return err
		}
		d := newSHA256()
		if err := zeros(d); err != nil {
			t.Fatal(err)
		}
		l := layer("zeros", nil)
		l.Digest, l.Size, l.Open = d.hash(), size, nil
		l.Write = func(_ context.Context, w io.Writer) error { return zeros(w) }
		all = append(all, l)
	}
	img := imageOf("linux/amd64", all...)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	pushed, err := client(t).Push(context.Background(), references(t, strings.TrimPrefix(server.URL, "http://")+"/app:v1"), img)
	if err != nil || pushed.Sent != layers+1 {
		t.Fatalf("%+v, %v", pushed, err)
	}
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 16<<20 {
		t.Errorf("%d MiB were allocated for blobs of %d MiB", n>>20, layers*size>>20)
	}
}
