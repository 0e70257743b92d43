package nixcache_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rules-strata/rules_strata/go/nixcache"
	"github.com/rules-strata/rules_strata/go/nixlock/locktest"
	"github.com/rules-strata/rules_strata/go/store"
)

// newClient makes an impatient client, which never reads the logins of who runs
// the test.
func newClient(t *testing.T, options ...nixcache.Option) *nixcache.Client {
	t.Helper()
	c := nixcache.New(append([]nixcache.Option{
		nixcache.WithTimeouts(nixcache.Timeouts{Connect: time.Second, Headers: 100 * time.Millisecond, Idle: 100 * time.Millisecond}),
		nixcache.WithBackoff(nixcache.Backoff{Base: time.Millisecond, Max: 4 * time.Millisecond}),
		nixcache.WithNetrc(filepath.Join(t.TempDir(), "netrc")),
	}, options...)...)
	t.Cleanup(c.Close)
	return c
}

func wantError(t *testing.T, err error, phrases ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want one with %q", phrases)
	}
	for _, phrase := range phrases {
		if !strings.Contains(err.Error(), phrase) {
			t.Errorf("got the error %q, want one with %q", err, phrase)
		}
	}
}

// readAll reads everything that can be read of a cache with one object.
func readAll(client *nixcache.Client, url string, path store.Path) (file []byte, err error) {
	ctx := context.Background()
	cache, err := client.Cache(ctx, url, store.DefaultDir)
	if err != nil {
		return nil, err
	}
	info, err := cache.NARInfo(ctx, path)
	if err != nil {
		return nil, err
	}
	if size, err := cache.NARFileSize(ctx, info.URL); err != nil || size != info.FileSize {
		return nil, fmt.Errorf("NARFileSize: %d, %w", size, err)
	}
	in, err := cache.NAR(ctx, info.URL)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	return io.ReadAll(in)
}

func TestReadsCaches(t *testing.T) {
	files := locktest.New("a-1")
	path := files.Add("hello-1.0")
	folder := t.TempDir()
	files.WriteTo(t, filepath.Join(folder, "with space"))
	server := files.Serve(t)
	for _, test := range []struct{ name, url string }{
		{"http", server.URL},
		{"file", "file://" + folder + "/with%20space"},
		{"workspace", "file://%workspace%/with%20space"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := readAll(newClient(t, nixcache.WithWorkspace(folder)), test.url, path)
			if err != nil || !bytes.Equal(got, files.Files[files.URL(path)]) {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

// Every request fails a few times; what is read is the same.
func TestTriesAgain(t *testing.T) {
	for _, test := range []struct {
		name  string
		fault func(w http.ResponseWriter, r *http.Request)
	}{
		{"500", func(w http.ResponseWriter, r *http.Request) { http.Error(w, "no", 500) }},
		{"502 as HTML", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(502)
		}},
		{"429", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(429) }},
		{"429 until a time that is over", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Retry-After", "Wed, 21 Oct 2015 07:28:00 GMT")
			w.WriteHeader(429)
		}},
		{"reset", func(w http.ResponseWriter, r *http.Request) { panic(http.ErrAbortHandler) }},
		{"no headers", func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }},
	} {
		t.Run(test.name, func(t *testing.T) {
			files := locktest.New("a-1")
			path := files.Add("hello-1.0")
			server := files.Serve(t)
			server.SetFault(func(w http.ResponseWriter, r *http.Request, n int) bool {
				if n < 3 {
					test.fault(w, r)
				}
				return n < 3
			})
			got, err := readAll(newClient(t), server.URL, path)
			if err != nil || !bytes.Equal(got, files.Files[files.URL(path)]) {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

func TestRetryAfter(t *testing.T) {
	files := locktest.New("a-1")
	path := files.Add("hello-1.0")
	server := files.Serve(t)
	server.SetFault(func(w http.ResponseWriter, r *http.Request, n int) bool {
		first := n == 1 && strings.HasSuffix(r.URL.Path, ".narinfo")
		if first {
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(429)
		}
		return first
	})
	start := time.Now()
	if _, err := readAll(newClient(t), server.URL, path); err != nil {
		t.Fatal(err)
	}
	if d := time.Since(start); d < time.Second {
		t.Errorf("came back after %s", d)
	}
}

func TestGivesUp(t *testing.T) {
	status := func(code int, header ...string) func(http.ResponseWriter, *http.Request) {
		return func(w http.ResponseWriter, r *http.Request) {
			for i := 0; i+1 < len(header); i += 2 {
				w.Header().Set(header[i], header[i+1])
			}
			w.WriteHeader(code)
		}
	}
	for _, test := range []struct {
		name     string
		fault    func(w http.ResponseWriter, r *http.Request)
		requests int
		want     []string
	}{
		{"404", status(404), 1, []string{"not found"}},
		{"410", status(410), 1, []string{"not found"}},
		{"401", status(401), 1, []string{"401 Unauthorized", "no login was sent: add one for machine 127.0.0.1 to "}},
		{"403", status(403), 1, []string{"403 Forbidden", "no login was sent", "name such a cache last"}},
		{"407", status(407), 1, []string{"407", "proxy"}},
		{"418", status(418), 1, []string{"418"}},
		{"500", status(500), 5, []string{"500 Internal Server Error", "tried 5 times"}},
		{"429", status(429), 5, []string{"429", "tried 5 times"}},
		{"429 for an hour", status(429, "Retry-After", "3600"), 1, []string{"429", "left alone for 1h0m0s"}},
		{"304", status(304), 1, []string{"304"}},
		{"reset", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, 5, []string{"EOF", "tried 5 times"}},
		{"no headers", func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, 5, []string{"timeout awaiting response headers", "tried 5 times"}},
		{"HTML", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			io.WriteString(w, "<html>Please log in</html>")
		}, 1, []string{"web page", "captive portal"}},
		{"HTML that says it is something else", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/plain")
			io.WriteString(w, "<html>Please log in</html>\n")
		}, 1, []string{"HTML"}},
		{"redirect for ever", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path, http.StatusFound) }, 11, []string{"redirected more than 10 times"}},
		{"redirect to a file", status(302, "Location", "file:///etc/passwd"), 1, []string{"file"}},
		{"too large", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, strings.Repeat("x", 2<<20)) }, 1, []string{"more than 1048576 bytes"}},
		{"empty", status(200), 1, []string{"empty"}},
		{"bytes that do not come", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "100")
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		}, 5, []string{"no bytes for 100ms, after 0 bytes"}},
		{"short", func(w http.ResponseWriter, r *http.Request) { w.Header().Set("Content-Length", "100") }, 5, []string{"EOF"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			files := locktest.New("a-1")
			path := files.Add("hello-1.0")
			server := files.Serve(t)
			server.SetFault(func(w http.ResponseWriter, r *http.Request, n int) bool {
				if !strings.HasSuffix(r.URL.Path, ".narinfo") {
					return false
				}
				test.fault(w, r)
				return true
			})
			_, err := readAll(newClient(t), server.URL, path)
			wantError(t, err, append(test.want, server.URL+"/"+locktest.NARInfo(path))...)
			n := server.Requests(locktest.NARInfo(path))
			// net/http itself makes a request again that broke a connection
			// which was there before.
			if test.name == "reset" {
				n = min(n, test.requests)
			}
			if n != test.requests {
				t.Errorf("%d requests, want %d", n, test.requests)
			}
			if absent := strings.HasPrefix(test.name, "4"); absent && strings.Contains(test.want[0], "not found") != errors.Is(err, nixcache.ErrNotFound) {
				t.Errorf("%v: ErrNotFound is %v", err, errors.Is(err, nixcache.ErrNotFound))
			}
		})
	}
}

func TestNoServer(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	_, err := readAll(newClient(t), server.URL, locktest.Path("x"))
	wantError(t, err, "cache "+server.URL, "connection refused", "tried 5 times")
}

// A connection that breaks in the middle of a file goes on where it was.
func TestResumes(t *testing.T) {
	for _, test := range []struct {
		name string
		etag string
		full bool // the server does not know ranges
	}{
		{"with a tag", `"1"`, false},
		{"without a tag", "", false},
		{"with a weak tag", `W/"1"`, false},
		{"without ranges", `"1"`, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			content := make([]byte, 1<<20)
			for i := range content {
				content[i] = byte(i * i >> 7)
			}
			requests := 0
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				requests++
				if test.etag != "" {
					w.Header().Set("Etag", test.etag)
				}
				if test.full {
					r.Header.Del("Range")
				}
				if requests < 4 {
					w = &breaking{w, requests * 40_000}
				}
				http.ServeContent(w, r, "x.nar.xz", time.Time{}, bytes.NewReader(content))
			}))
			defer server.Close()
			in, err := newClient(t).Open(context.Background(), server.URL+"/x.nar.xz")
			if err != nil {
				t.Fatal(err)
			}
			defer in.Close()
			got, err := io.ReadAll(in)
			if err != nil || !bytes.Equal(got, content) {
				t.Errorf("%d bytes of %d, %v", len(got), len(content), err)
			}
			if requests != 4 {
				t.Errorf("%d requests", requests)
			}
		})
	}
}

// breaking breaks the connection after some bytes.
type breaking struct {
	http.ResponseWriter
	left int
}

func (b *breaking) Write(p []byte) (int, error) {
	if len(p) > b.left {
		b.ResponseWriter.Write(p[:b.left])
		b.ResponseWriter.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
	b.left -= len(p)
	return b.ResponseWriter.Write(p)
}

func TestStopsWithoutProgress(t *testing.T) {
	requests := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests++
		w.Header().Set("Content-Length", "100")
		if requests == 1 {
			io.WriteString(w, "beginning")
		} else {
			w.Header().Set("Content-Length", "91")
			w.Header().Set("Content-Range", "bytes 9-99/100")
			w.WriteHeader(206)
		}
	}))
	defer server.Close()
	in, err := newClient(t).Open(context.Background(), server.URL+"/x")
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	got, err := io.ReadAll(in)
	wantError(t, err, server.URL+"/x", "unexpected EOF", "after 9 bytes")
	if string(got) != "beginning" || requests != 5 {
		t.Errorf("got %q in %d requests", got, requests)
	}
}

func TestOtherRange(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Range") == "" {
			w.Header().Set("Content-Length", "100")
			io.WriteString(w, "beginning")
			return
		}
		w.Header().Set("Content-Range", "bytes 3-99/100")
		w.WriteHeader(206)
	}))
	defer server.Close()
	in, err := newClient(t).Open(context.Background(), server.URL+"/x")
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	_, err = io.ReadAll(in)
	wantError(t, err, "asked for the bytes from 9 on", "bytes 3-99/100")
}

func TestCancel(t *testing.T) {
	files := locktest.New("a-1")
	server := files.Serve(t)
	ctx, cancel := context.WithCancel(context.Background())
	server.SetFault(func(w http.ResponseWriter, r *http.Request, n int) bool {
		cancel()
		http.Error(w, "no", 500)
		return true
	})
	client := newClient(t, nixcache.WithBackoff(nixcache.Backoff{Base: time.Hour, Max: time.Hour}))
	if _, err := client.Cache(ctx, server.URL, store.DefaultDir); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestWrongCaches(t *testing.T) {
	for _, test := range []struct {
		name string
		edit func(files *locktest.Cache, path store.Path)
		want []string
	}{
		{"no cache", func(f *locktest.Cache, _ store.Path) { delete(f.Files, "nix-cache-info") }, []string{"not a binary cache", "no file nix-cache-info"}},
		{"other store directory", func(f *locktest.Cache, _ store.Path) { f.Files["nix-cache-info"] = []byte("StoreDir: /gnu/store\n") },
			[]string{"objects of the store directory \"/gnu/store\", want \"/nix/store\""}},
		{"other file", func(f *locktest.Cache, _ store.Path) { f.Files["nix-cache-info"] = []byte("hello\n") },
			[]string{"nix-cache-info: line 1 is not KEY: VALUE"}},
		{"page", func(f *locktest.Cache, _ store.Path) {
			f.Files["nix-cache-info"] = []byte("<html>\n<a href='http://x'>")
		}, []string{"nix-cache-info: line 1"}},
		{"large", func(f *locktest.Cache, _ store.Path) { f.Files["nix-cache-info"] = make([]byte, 1<<20) }, []string{"more than 65536 bytes"}},
		{"another object's narinfo", func(f *locktest.Cache, p store.Path) {
			f.Files[locktest.NARInfo(p)] = f.Files[locktest.NARInfo(f.Add("evil-1.0"))]
		}, []string{"describes " + string(locktest.Path("evil-1.0")) + ", want " + string(locktest.Path("hello-1.0"))}},
		{"another name", func(f *locktest.Cache, p store.Path) { f.Edit(p, "-hello-1.0\n", "-hell-1.0\n") }, []string{"-hell-1.0, want "}},
		{"file outside", func(f *locktest.Cache, p store.Path) { f.Edit(p, "URL: nar", "URL: ../nar") }, []string{"narinfo: URL", "want a path in the cache"}},
		{"file outside, in disguise", func(f *locktest.Cache, p store.Path) { f.Edit(p, "URL: nar", "URL: %2e%2e/nar") }, []string{"want a path in the cache"}},
		{"file of this machine", func(f *locktest.Cache, p store.Path) { f.Edit(p, "URL: nar", "URL: file:///nar") }, []string{"want a path in the cache"}},
		{"no such file", func(f *locktest.Cache, p store.Path) { delete(f.Files, f.URL(p)) }, []string{"nar/", "not found"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			files := locktest.New("a-1")
			path := files.Add("hello-1.0")
			test.edit(files, path)
			folder := t.TempDir()
			files.WriteTo(t, folder)
			for _, url := range []string{files.Serve(t).URL, "file://" + folder} {
				_, err := readAll(newClient(t), url, path)
				wantError(t, err, append(test.want, url)...)
			}
		})
	}
}

func TestCompressedNARInfo(t *testing.T) {
	files := locktest.New("a-1")
	path := files.Add("hello-1.0")
	name := locktest.NARInfo(path)
	files.Files[name] = locktest.Compress(files.Files[name])
	if _, err := readAll(newClient(t), files.Serve(t).URL, path); err != nil {
		t.Error(err)
	}
	var bomb bytes.Buffer
	w := gzip.NewWriter(&bomb)
	w.Write(make([]byte, 2<<20))
	w.Close()
	files.Files[name] = bomb.Bytes()
	_, err := readAll(newClient(t), files.Serve(t).URL, path)
	wantError(t, err, "more than 1048576 bytes")
}

func TestAbsoluteURL(t *testing.T) {
	files, elsewhere := locktest.New("a-1"), locktest.New("b-1")
	path := files.Add("hello-1.0")
	url := files.URL(path)
	elsewhere.Files["x/"+url] = files.Files[url]
	files.Edit(path, "URL: ", "URL: "+elsewhere.Serve(t).URL+"/x/")
	delete(files.Files, url)
	folder := t.TempDir()
	files.WriteTo(t, folder)
	for _, cache := range []string{files.Serve(t).URL, "file://" + folder} {
		if got, err := readAll(newClient(t), cache, path); err != nil || !bytes.Equal(got, elsewhere.Files["x/"+url]) {
			t.Errorf("%s: %v", cache, err)
		}
	}
}

// nix-serve and others have parameters in their URLs.
func TestQueryURL(t *testing.T) {
	files := locktest.New("a-1")
	path := files.Add("hello-1.0")
	files.Edit(path, ".nar.zst\n", ".nar.zst?hash=1&x=../..\n")
	server := files.Serve(t)
	server.SetFault(func(w http.ResponseWriter, r *http.Request, n int) bool {
		wrong := strings.HasPrefix(r.URL.Path, "/nar/") && r.URL.RawQuery != "hash=1&x=../.."
		if wrong {
			http.Error(w, "no", 400)
		}
		return wrong
	})
	if _, err := readAll(newClient(t), server.URL, path); err != nil {
		t.Error(err)
	}
}

func TestCheckURL(t *testing.T) {
	for _, test := range []struct{ url, want string }{
		{"https://cache.example.org", ""},
		{"http://127.0.0.1:5000/a/b", ""},
		{"file:///srv/cache", ""},
		{"file://%workspace%/cache", ""},
		{"file://%workspace%", ""},
		{"https://cache.example.org/", "slash at its end"},
		{"https://cache.example.org?priority=1", "what follows the path"},
		{"https://cache.example.org#x", "fragment"},
		{"https://", "it has no host"},
		{"https://user:secret@cache.example.org", "has a login in it: put the login into "},
		{"https://user:secret@cache example.org", "not the URL"},
		{"cache.example.org", "want https://, http:// or file://"},
		{"s3://bucket", "want https://, http:// or file://"},
		{"file://host/cache", "want file:///FOLDER"},
		{"file://", "want file:///FOLDER"},
		{"file://%workspace%cache", "want file:///FOLDER"},
		{"file:///a%zz", "%zz"},
		{"", "want https://"},
	} {
		err := nixcache.CheckURL(test.url)
		if test.want == "" && err != nil {
			t.Errorf("%s: %v", test.url, err)
		}
		if test.want != "" {
			wantError(t, err, test.want)
			if strings.Contains(fmt.Sprint(err), "secret") {
				t.Errorf("%s: the error has the password: %v", test.url, err)
			}
		}
	}
	_, err := newClient(t).Cache(context.Background(), "file://%workspace%/x", store.DefaultDir)
	wantError(t, err, "use bazel run")
}

func TestFileIsNoFile(t *testing.T) {
	files := locktest.New("a-1")
	path := files.Add("hello-1.0")
	folder := t.TempDir()
	files.WriteTo(t, folder)
	if err := os.Mkdir(filepath.Join(folder, "x.narinfo"), 0o755); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(folder, locktest.NARInfo(path))
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(name, 0o755); err != nil {
		t.Fatal(err)
	}
	_, err := readAll(newClient(t), "file://"+folder, path)
	wantError(t, err, name, "not a file")
}

// Answers that say no leave the connection as good as others do.
func TestKeepsConnections(t *testing.T) {
	connections := 0
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/nix-cache-info" {
			io.WriteString(w, "StoreDir: /nix/store\n")
			return
		}
		http.NotFound(w, r)
	}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections++
		}
	}
	server.Start()
	defer server.Close()
	ctx := context.Background()
	cache, err := newClient(t).Cache(ctx, server.URL, store.DefaultDir)
	if err != nil {
		t.Fatal(err)
	}
	for range 10 {
		if _, err := cache.NARInfo(ctx, locktest.Path("x")); !errors.Is(err, nixcache.ErrNotFound) {
			t.Fatal(err)
		}
	}
	if connections != 1 {
		t.Errorf("%d connections", connections)
	}
}
