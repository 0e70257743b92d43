package registry_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/rules-strata/rules_strata/go/registry"
	"github.com/rules-strata/rules_strata/go/registry/faulty"
)

// TestUploadFaults: what it takes to bring one blob of 400,000 bytes to a
// registry on which something goes wrong.
func TestUploadFaults(t *testing.T) {
	const size = 400_000
	for _, tc := range []struct {
		name           string
		breaks         func(s *faulty.Server)
		posts, patches int
		// in is the number of bytes that the registry takes of PATCH requests;
		// 0: not the same each time.
		in       int64
		want     []string // the error's; nil: it succeeds
		patience time.Duration
		chunk    int64
	}{
		{name: "nothing", breaks: func(*faulty.Server) {}, posts: 1, patches: 1, in: size},
		{name: "reset after 150,000 bytes", breaks: func(s *faulty.Server) {
			s.When("PATCH", "").Times(1).Do(faulty.ResetRequest(150_000))
		}, posts: 1, patches: 2, in: size},
		{name: "closed six times, each time further", breaks: func(s *faulty.Server) {
			s.When("PATCH", "").Times(6).Do(faulty.ShortRequest(50_000))
		}, posts: 1, patches: 7, in: size},
		{name: "hangs after 150,000 bytes", breaks: func(s *faulty.Server) {
			s.When("PATCH", "").Times(1).Do(faulty.HangRequest(150_000))
		}, patience: 200 * time.Millisecond, posts: 1, patches: 2, in: size},
		{name: "the answer is lost", breaks: func(s *faulty.Server) {
			s.When("PATCH", "").Times(1).Do(faulty.LoseAnswer())
		}, posts: 1, patches: 1, in: size},
		{name: "503 before it begins", breaks: func(s *faulty.Server) {
			s.When("PATCH", "").Times(2).Do(faulty.Status(503, ""))
		}},
		{name: "the upload is forgotten", breaks: func(s *faulty.Server) {
			s.When("PATCH", "").Times(1).Do(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				s.ForgetUploads()
				faulty.ResetRequest(150_000)(w, r, next)
			})
			s.When("GET", faulty.Upload).Times(1).Do(faulty.Status(404, ""))
		}, posts: 2, patches: 2},
		{name: "a registry that does not say what it has", breaks: func(s *faulty.Server) {
			s.When("PATCH", "").Times(1).Do(faulty.ResetRequest(150_000))
			s.When("GET", faulty.Upload).Do(faulty.Status(405, ""))
		}, posts: 2, patches: 2, in: size + 150_000},
		{name: "a registry that says that it has more", breaks: func(s *faulty.Server) {
			s.When("PATCH", "").Times(1).Do(faulty.ShortRequest(0))
			s.When("GET", faulty.Upload).Do(faulty.Replace("Range", "0-399998"))
		}, posts: 2, in: size},
		{name: "a registry that says that it has less", breaks: func(s *faulty.Server) {
			s.When("PATCH", "").Times(1).Do(faulty.ResetRequest(150_000))
			s.When("GET", faulty.Upload).Times(1).Do(faulty.Replace("Range", "0-99999"))
		}, posts: 1, patches: 3, in: size},
		{name: "a Range that is none", breaks: func(s *faulty.Server) {
			s.When("PATCH", "").Times(1).Do(faulty.ResetRequest(150_000))
			s.When("GET", faulty.Upload).Do(faulty.Replace("Range", "bytes"))
		}, posts: 2, patches: 2, in: size + 150_000},
		{name: "resets where it begins", breaks: func(s *faulty.Server) {
			s.When("POST", "").Times(2).Do(faulty.LoseAnswer())
		}, posts: 3, patches: 1, in: size},
		{name: "the answer to the end is lost", breaks: func(s *faulty.Server) {
			s.When("PUT", faulty.Upload).Times(1).Do(faulty.LoseAnswer())
		}, posts: 1, patches: 1, in: size},
		{name: "bytes are lost at the registry", breaks: func(s *faulty.Server) {
			s.When("PATCH", "").Times(1).Do(faulty.ResetRequest(150_000))
			s.When("PUT", faulty.Upload).Times(1).Do(faulty.Status(400, `{"errors":[{"code":"DIGEST_INVALID"}]}`))
		}, posts: 2, patches: 3, in: 2 * size},
		{name: "never further", breaks: func(s *faulty.Server) {
			s.When("PATCH", "").Times(1).Do(faulty.ResetRequest(150_000))
			s.When("PATCH", "").Do(faulty.ResetRequest(0))
		}, posts: 1, patches: 6, in: 150_000, want: []string{"the upload stopped at 150000 of 400000 bytes", "5 times nothing more"}},
		{name: "forgotten each time", breaks: func(s *faulty.Server) {
			s.When("PATCH", "").Do(faulty.ResetRequest(150_000))
			s.When("GET", faulty.Upload).Do(faulty.Status(404, ""))
		}, posts: 5, patches: 5, in: 5 * 150_000, want: []string{"the upload was lost"}},
		{name: "requests of more than 100,000 bytes are refused", breaks: func(s *faulty.Server) {
			s.When("PATCH", "").Do(atMost(100_000, faulty.Status(413, "")))
		}, chunk: 100_000, posts: 2, patches: 5, in: size},
		{name: "requests of more than 100,000 bytes break off, and uploads are forgotten", breaks: func(s *faulty.Server) {
			s.When("PATCH", "").Do(atMost(100_000, faulty.ResetRequest(100_000)))
			s.When("GET", faulty.Upload).Do(faulty.Status(404, ""))
		}, chunk: 90_000, posts: 2, patches: 6, in: size + 100_000},
		{name: "chunks that break off", breaks: func(s *faulty.Server) {
			s.When("PATCH", "").Times(1).Do(faulty.Status(413, ""))
			s.When("PATCH", "").Skip(1).Times(2).Do(faulty.ResetRequest(50_000))
		}, chunk: 100_000, posts: 2, patches: 6, in: size},
		{name: "413 for chunks, too", breaks: func(s *faulty.Server) {
			s.When("PATCH", "").Do(faulty.Status(413, ""))
		}, chunk: 100_000, posts: 2, patches: 2, want: []string{"413 Request Entity Too Large"}},
		{name: "403 for bytes", breaks: func(s *faulty.Server) {
			s.When("PATCH", "").Do(faulty.Status(403, `{"errors":[{"code":"DENIED","message":"quota"}]}`))
		}, posts: 1, patches: 1, want: []string{"403 Forbidden", "repository app ", "quota"}},
		{name: "500 always", breaks: func(s *faulty.Server) {
			s.When("POST", "").Do(faulty.Status(500, "out of order"))
		}, posts: 5, want: []string{"500 Internal Server Error", "out of order", "tried 5 times"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := faulty.New(t)
			data := bytesOf(1, size)
			img := imageOf("linux/amd64", layer("a", data))
			s.PutBlob("app", img.Config)
			tc.breaks(s)
			c := client(t, func(o *registry.Options) {
				o.Chunk = tc.chunk
				if tc.patience > 0 {
					o.Timeouts.Stall, o.Timeouts.Headers = tc.patience, tc.patience
				}
			})
			_, err := c.Push(context.Background(), references(t, s.Host+"/app:v1"), img)
			if tc.want != nil {
				wantError(t, err, tc.want...)
				if s.Tag("app", "v1") != nil {
					t.Error("it is tagged all the same")
				}
			} else if err != nil {
				t.Fatalf("%v\n%s", err, s)
			} else if !bytes.Equal(s.Blob("app", faulty.DigestOf(data)), data) {
				t.Error("the blob is not there")
			}
			patches, in, _ := s.Count("PATCH", "")
			if tc.in != 0 && in != tc.in {
				t.Errorf("%d bytes were taken, want %d", in, tc.in)
			}
			if posts, _, _ := s.Count("POST", ""); tc.posts != 0 && posts != tc.posts || tc.patches != 0 && patches != tc.patches {
				t.Errorf("%d uploads began and %d times bytes were sent, want %d and %d\n%s", posts, patches, tc.posts, tc.patches, s)
			}
		})
	}
}

// TestUploadsInParallel: all of several layers survive a registry that breaks
// off every other upload.
func TestUploadsInParallel(t *testing.T) {
	s := faulty.New(t)
	var layers []registry.Layer
	for i := range 8 {
		layers = append(layers, layer("layer", bytesOf(byte(i), 100_000)))
		s.When("PATCH", "").Skip(i).Times(1).Do(faulty.ResetRequest(int64(30_000 + i)))
	}
	img := imageOf("linux/amd64", layers...)
	pushed, err := client(t).Push(context.Background(), references(t, s.Host+"/app:v1"), img)
	if err != nil {
		t.Fatalf("%v\n%s", err, s)
	}
	if pushed.Sent != 9 || pushed.Bytes != int64(800_000+len(img.Config)) {
		t.Errorf("%+v", *pushed)
	}
	for _, l := range layers {
		if len(s.Blob("app", l.Digest.String())) != 100_000 {
			t.Errorf("%s is not there", l.Digest)
		}
	}
}

// TestPushIsCancelled: a push ends when its context does.
func TestPushIsCancelled(t *testing.T) {
	s := faulty.New(t)
	ctx, cancel := context.WithCancel(context.Background())
	s.When("PATCH", "").Do(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		cancel()
		faulty.HangAnswer(-1)(w, r, next)
	})
	_, err := client(t).Push(ctx, references(t, s.Host+"/app:v1"), imageOf("linux/amd64", layer("a", bytesOf(1, 1000))))
	wantError(t, err, "context canceled")
	if len(s.Requests("PATCH", "")) != 1 && len(s.Requests("PATCH", "")) != 2 {
		t.Error(s)
	}
}

// atMost is a fault for requests of more than n bytes.
func atMost(n int64, f faulty.Fault) faulty.Fault {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.ContentLength > n {
			f(w, r, next)
			return
		}
		next.ServeHTTP(w, r)
	}
}

// TestChunksAreReadOnce: a blob that is sent in chunks is not made anew for
// each.
func TestChunksAreReadOnce(t *testing.T) {
	s := faulty.New(t)
	s.When("PATCH", "").Times(1).Do(faulty.Status(413, ""))
	l := layer("a", bytesOf(1, 400_000))
	open, opens := l.Open, 0
	l.Open = func(ctx context.Context) (io.ReadCloser, error) {
		opens++
		return open(ctx)
	}
	img := imageOf("linux/amd64", l)
	s.PutBlob("app", img.Config)
	c := client(t, func(o *registry.Options) { o.Chunk = 10_000 })
	if _, err := c.Push(context.Background(), references(t, s.Host+"/app:v1"), img); err != nil {
		t.Fatal(err)
	}
	if patches, in, _ := s.Count("PATCH", ""); opens != 2 || patches != 41 || in != 400_000 {
		t.Errorf("made %d times, %d requests of %d bytes", opens, patches, in)
	}
}

// TestHTTP2: streams that are reset are gone on with like connections.
func TestHTTP2(t *testing.T) {
	s := faulty.NewTLS(t)
	l := layer("a", bytesOf(1, 2_000_000))
	s.When("PATCH", "").Times(2).Do(faulty.ResetRequest(700_000))
	s.When("GET", faulty.Blob).Times(2).Do(faulty.ResetAnswer(700_000))
	c := client(t, func(o *registry.Options) { o.Transport = s.Transport })
	img := imageOf("linux/amd64", l)
	s.PutBlob("app", img.Config)
	if _, err := c.Push(context.Background(), references(t, s.Host+"/app:v1"), img); err != nil {
		t.Fatalf("%v\n%s", err, s)
	}
	if patches, in, _ := s.Count("PATCH", ""); patches != 3 || in != 2_000_000 {
		t.Errorf("%d requests of %d bytes", patches, in)
	}
	got, err := fetch(c, s, v1.Descriptor{Digest: l.Digest, Size: l.Size})
	if err != nil || hashOf(got) != l.Digest {
		t.Errorf("%d bytes, %v\n%s", len(got), err, s)
	}
	for _, r := range s.Requests("PATCH", "") {
		if r.Proto != "HTTP/2.0" {
			t.Errorf("by %s", r.Proto)
		}
	}
}
