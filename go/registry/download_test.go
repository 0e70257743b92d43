package registry_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/rules-strata/rules_strata/go/registry"
	"github.com/rules-strata/rules_strata/go/registry/faulty"
)

// fetch reads a blob whole.
func fetch(c *registry.Client, s *faulty.Server, d v1.Descriptor) ([]byte, error) {
	repo, err := registry.ParseReference(s.Host+"/app", false)
	if err != nil {
		return nil, err
	}
	r, err := c.Blob(context.Background(), repo.Context(), d)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

// TestDownloadFaults: what it takes to fetch one blob of 400,000 bytes from a
// registry on which something goes wrong.
func TestDownloadFaults(t *testing.T) {
	const size = 400_000
	for _, tc := range []struct {
		name   string
		breaks func(s *faulty.Server)
		gets   int
		// out is the number of bytes that the registry sends; 0: not the same
		// each time.
		out      int64
		ranges   []string // of the requests
		want     []string // the error's; nil: it succeeds
		patience time.Duration
	}{
		{name: "nothing", breaks: func(*faulty.Server) {}, gets: 1, out: size, ranges: []string{""}},
		{name: "short", breaks: func(s *faulty.Server) {
			s.When("GET", faulty.Blob).Times(1).Do(faulty.ShortAnswer(150_000))
		}, gets: 2, out: size, ranges: []string{"", "bytes=150000-399999"}},
		{name: "short six times, each time further", breaks: func(s *faulty.Server) {
			s.When("GET", faulty.Blob).Times(6).Do(faulty.ShortAnswer(50_000))
		}, gets: 7, out: size},
		{name: "reset", breaks: func(s *faulty.Server) {
			s.When("GET", faulty.Blob).Times(1).Do(faulty.ResetAnswer(150_000))
		}, gets: 2},
		{name: "reset before the first byte", breaks: func(s *faulty.Server) {
			s.When("GET", faulty.Blob).Times(4).Do(faulty.LoseAnswer())
		}, gets: 5, out: size},
		{name: "hangs after 150,000 bytes", breaks: func(s *faulty.Server) {
			s.When("GET", faulty.Blob).Times(1).Do(faulty.HangAnswer(150_000))
		}, gets: 2, out: size, patience: 200 * time.Millisecond},
		{name: "hangs without an answer", breaks: func(s *faulty.Server) {
			s.When("GET", faulty.Blob).Times(1).Do(faulty.HangAnswer(-1))
		}, gets: 2, out: size, patience: 200 * time.Millisecond},
		{name: "short, and ranges are ignored", breaks: func(s *faulty.Server) {
			s.When("GET", faulty.Blob).Times(1).Do(faulty.ShortAnswer(150_000))
			s.When("GET", faulty.Blob).Do(faulty.IgnoreRange())
		}, gets: 2, out: size + 150_000},
		{name: "short, and it is another range", breaks: func(s *faulty.Server) {
			s.When("GET", faulty.Blob).Times(1).Do(faulty.ShortAnswer(150_000))
			s.When("GET", faulty.Blob).Times(1).Do(faulty.Replace("Content-Range", "bytes 0-399999/400000"))
		}, gets: 3, ranges: []string{"", "bytes=150000-399999", ""}},
		{name: "short, and it has no ranges", breaks: func(s *faulty.Server) {
			s.When("GET", faulty.Blob).Times(1).Do(faulty.ShortAnswer(150_000))
			s.When("GET", faulty.Blob).Times(1).Do(faulty.Status(416, ""))
		}, gets: 3, out: size + 150_000, ranges: []string{"", "bytes=150000-399999", ""}},
		{name: "short, then 503", breaks: func(s *faulty.Server) {
			s.When("GET", faulty.Blob).Times(1).Do(faulty.ShortAnswer(150_000))
			s.When("GET", faulty.Blob).Times(4).Do(faulty.Status(503, ""))
		}, gets: 6, out: size},
		{name: "never further", breaks: func(s *faulty.Server) {
			s.When("GET", faulty.Blob).Times(1).Do(faulty.ShortAnswer(150_000))
			s.When("GET", faulty.Blob).Do(faulty.ShortAnswer(0))
		}, gets: 6, out: 150_000, want: []string{"it broke off after 150000 bytes, and 5 times nothing more came", "unexpected EOF"}},
		{name: "500 always", breaks: func(s *faulty.Server) {
			s.When("GET", faulty.Blob).Do(faulty.Status(500, "out of order"))
		}, gets: 5, want: []string{"500 Internal Server Error", "out of order", "tried 5 times"}},
		{name: "404", breaks: func(s *faulty.Server) {
			s.When("GET", faulty.Blob).Do(faulty.Status(404, ""))
		}, gets: 1, want: []string{"404 Not Found"}},
		{name: "wrong bytes", breaks: func(s *faulty.Server) {
			s.When("GET", faulty.Blob).Do(faulty.Corrupt())
		}, gets: 1, want: []string{"digest mismatch: wanted sha256:", ", got sha256:", "/v2/app/blobs/sha256:"}},
		{name: "a web page", breaks: func(s *faulty.Server) {
			s.When("GET", faulty.Blob).Do(faulty.HTML())
		}, gets: 1, want: []string{"text/html", "captive portal"}},
		{name: "another length", breaks: func(s *faulty.Server) {
			s.When("GET", faulty.Blob).Do(faulty.Status(200, "short", "Content-Length", "5"))
		}, gets: 1, want: []string{"the descriptor says 400000 bytes, there are 5"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := faulty.New(t)
			data := bytesOf(1, size)
			s.PutBlob("app", data)
			tc.breaks(s)
			c := client(t, func(o *registry.Options) {
				if tc.patience > 0 {
					o.Timeouts.Stall, o.Timeouts.Headers = tc.patience, tc.patience
				}
			})
			got, err := fetch(c, s, v1.Descriptor{Digest: hashOf(data), Size: size})
			if tc.want != nil {
				wantError(t, err, append(tc.want, "/app", hashOf(data).String())...)
			} else if err != nil {
				t.Fatalf("%v\n%s", err, s)
			} else if !bytes.Equal(got, data) {
				t.Errorf("%d other bytes", len(got))
			}
			gets, _, out := s.Count("GET", faulty.Blob)
			if gets != tc.gets || tc.out != 0 && out != tc.out {
				t.Errorf("%d requests sent %d bytes, want %d and %d\n%s", gets, out, tc.gets, tc.out, s)
			}
			for i, want := range tc.ranges {
				if r := s.Requests("GET", faulty.Blob)[i]; r.Header.Get("Range") != want {
					t.Errorf("request %d: Range %q, want %q", i, r.Header.Get("Range"), want)
				}
			}
		})
	}
}

// TestReset: what was received before a reset is not asked for again.
func TestReset(t *testing.T) {
	s := faulty.New(t)
	data := bytesOf(1, 4_000_000)
	s.PutBlob("app", data)
	s.When("GET", faulty.Blob).Times(3).Do(faulty.ResetAnswer(1_000_000))
	got, err := fetch(client(t), s, v1.Descriptor{Digest: hashOf(data), Size: int64(len(data))})
	if err != nil || !bytes.Equal(got, data) {
		t.Fatalf("%d bytes, %v", len(got), err)
	}
	for i, r := range s.Requests("GET", faulty.Blob) {
		if i > 0 && r.Header.Get("Range") == "" {
			t.Errorf("request %d is for all", i)
		}
	}
}

// TestDescriptorSize: a registry that gives no length, against descriptors
// that are wrong (D20).
func TestDescriptorSize(t *testing.T) {
	for _, tc := range []struct {
		name string
		size int64
		want string
	}{
		{"right", 10_000, ""},
		{"too small", 9000, "the descriptor says 9000 bytes, there are at least 9"},
		{"too big", 11_000, "the descriptor says 11000 bytes, there are 10000"},
	} {
		for _, length := range []bool{true, false} {
			t.Run(tc.name, func(t *testing.T) {
				s := faulty.New(t)
				data := bytesOf(1, 10_000)
				s.PutBlob("app", data)
				want := tc.want
				if !length {
					s.When("GET", faulty.Blob).Do(faulty.Replace("Content-Length", ""))
				} else if tc.size < 10_000 {
					want = "the descriptor says 9000 bytes, there are 10000"
				}
				_, err := fetch(client(t), s, v1.Descriptor{Digest: hashOf(data), Size: tc.size})
				if want != "" {
					wantError(t, err, want)
				} else if err != nil {
					t.Error(err)
				}
			})
		}
	}
}

// TestSave: wrong bytes are fetched once more, into the same file.
func TestSave(t *testing.T) {
	data := bytesOf(1, 100_000)
	for _, tc := range []struct {
		name  string
		wrong int
		ok    bool
	}{
		{"right", 0, true},
		{"wrong once", 1, true},
		{"wrong twice", 2, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := faulty.New(t)
			s.PutBlob("app", data)
			s.When("GET", faulty.Blob).Times(tc.wrong).Do(faulty.Corrupt())
			file, err := os.Create(filepath.Join(t.TempDir(), "blob"))
			if err != nil {
				t.Fatal(err)
			}
			defer file.Close()
			d := v1.Descriptor{Digest: hashOf(data), Size: int64(len(data))}
			err = client(t).Save(context.Background(), reference(t, s.Host+"/app").Context(), d, file)
			if !tc.ok {
				wantError(t, err, "digest mismatch: wanted "+hashOf(data).String())
				var wrong *registry.DigestMismatchError
				if !errors.As(err, &wrong) || wrong.Got == hashOf(data) {
					t.Errorf("%#v", wrong)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got, _ := os.ReadFile(file.Name()); !bytes.Equal(got, data) {
				t.Errorf("the file has %d other bytes", len(got))
			}
		})
	}
}

// TestRedirect: blobs that are on another host are fetched from there, and gone
// on with by way of the registry; the credentials stay with the registry.
func TestRedirect(t *testing.T) {
	s, storage := faulty.New(t), faulty.New(t)
	data := bytesOf(1, 400_000)
	storage.PutBlob("app", data)
	storage.When("GET", faulty.Blob).Times(1).Do(faulty.ShortAnswer(150_000))
	s.Require(faulty.Auth{User: "me", Password: "very secret"})
	s.When("GET", faulty.Blob).Do(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.Header.Get("Authorization") == "" {
			next.ServeHTTP(w, r)
			return
		}
		faulty.Redirect(storage.URL)(w, r, next)
	})
	c := client(t, func(o *registry.Options) { o.Keychain = authFile(t, s.Host, "me", "very secret") })
	got, err := fetch(c, s, v1.Descriptor{Digest: hashOf(data), Size: int64(len(data))})
	if err != nil || !bytes.Equal(got, data) {
		t.Fatalf("%d bytes, %v\n%s", len(got), err, s)
	}
	if _, _, out := storage.Count("GET", faulty.Blob); out != int64(len(data)) {
		t.Errorf("%d bytes were sent", out)
	}
	if n, _, _ := s.Count("GET", faulty.Blob); n != 2 {
		t.Errorf("the registry was asked %d times", n)
	}
	for _, r := range storage.Requests("", "") {
		if r.Header.Get("Authorization") != "" {
			t.Errorf("credentials were sent to another port: %v", r.Header)
		}
	}
}
