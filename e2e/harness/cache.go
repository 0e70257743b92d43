package harness

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const nginxConfig = `
user root;
daemon off;
pid DIR/pid;
error_log DIR/error.log;
events { worker_connections 256; }
http {
  log_format cache '$request_method $uri $status $body_bytes_sent';
  access_log DIR/access.log cache;
  client_max_body_size 0;
  client_body_temp_path DIR/tmp;
  proxy_temp_path DIR/tmp;
  fastcgi_temp_path DIR/tmp;
  uwsgi_temp_path DIR/tmp;
  scgi_temp_path DIR/tmp;
  server {
    listen ADDRESS;
    location = /whose { access_log off; return 200 DIR; }
    LOCATIONS
  }
}
`

// Where a cache of its own has its files, and where casd has those that another
// one serves.
const (
	nginxFiles = `location / { root DIR/files; dav_methods PUT; create_full_put_path on; }`
	nginxCAS   = `location ~ "^/ac/(..)(.*)$" { alias CAS/actioncache/objects/$1/$2; }
    location ~ "^/cas/(..)(.*)$" { alias CAS/cas/objects/$1/$2; }`
)

// HTTPCache is the address of an empty remote cache, for --remote_cache. It
// ends with the test.
func HTTPCache(t testing.TB) string {
	t.Helper()
	return StartHTTPCache(t).Address
}

// HTTPCacheServer is a remote cache over HTTP of a test's own: nginx.
type HTTPCacheServer struct {
	// Address is for Bazel's --remote_cache.
	Address  string
	dir, cas string
}

// StartHTTPCache starts an empty cache, with WebDAV, which ends with the test.
func StartHTTPCache(t testing.TB) *HTTPCacheServer {
	t.Helper()
	dir := nginxFolder(t)
	for _, name := range []string{"files", "files/ac", "files/cas"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return startNginx(t, dir, filepath.Join(dir, "files/cas"), nginxFiles)
}

// HTTP starts a cache over HTTP that reads what this one has, and ends with the
// test.
func (c *CAS) HTTP(t testing.TB) *HTTPCacheServer {
	t.Helper()
	return startNginx(t, nginxFolder(t), filepath.Join(c.dir, "cas/objects"), strings.ReplaceAll(nginxCAS, "CAS", c.dir))
}

// nginxFolder is a folder for a server's files.
func nginxFolder(t testing.TB) string {
	t.Helper()
	dir := TempDir(t)
	if err := os.Mkdir(filepath.Join(dir, "tmp"), 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func startNginx(t testing.TB, dir, cas, locations string) *HTTPCacheServer {
	t.Helper()
	Need(t, CacheServer)
	address, err := listenNginx(t, dir, locations, freeAddress)
	if err != nil {
		t.Fatal(err)
	}
	return &HTTPCacheServer{Address: "http://" + address, dir: dir, cas: cas}
}

// listenNginx starts nginx at an address that free gives. Somebody else may have
// taken that before nginx does: then it asks for another one.
func listenNginx(t testing.TB, dir, locations string, free func(testing.TB) string) (address string, err error) {
	t.Helper()
	for range 3 {
		address = free(t)
		if err = nginxAt(t, dir, locations, address); err == nil || !strings.Contains(err.Error(), "Address already in use") {
			break
		}
	}
	return address, err
}

// nginxAt starts nginx, which ends with the test.
func nginxAt(t testing.TB, dir, locations, address string) error {
	t.Helper()
	config := filepath.Join(dir, "nginx.conf")
	text := strings.Replace(nginxConfig, "LOCATIONS", locations, 1)
	WriteFile(t, config, strings.NewReplacer("DIR", dir, "ADDRESS", address).Replace(text))
	s, err := startServer(filepath.Join(dir, "nginx.log"), "nginx", "-c", config, "-e", filepath.Join(dir, "error.log"))
	if err != nil {
		return err
	}
	t.Cleanup(s.stop)
	// Whoever answers may be another program.
	return s.await(func() bool { return answers("http://"+address+"/whose", dir) })
}

// answers says whether a text is what there is at an address.
func answers(url, text string) bool {
	client := http.Client{Timeout: 2 * time.Second}
	response, err := client.Get(url)
	if err != nil {
		return false
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return err == nil && string(body) == text
}

// Contents are the sizes of the blobs in the cache, by their hashes.
func (c *HTTPCacheServer) Contents(t testing.TB) map[string]int64 {
	t.Helper()
	return contents(t, c.cas)
}

// Size is how many bytes a cache with WebDAV keeps: blobs, and what it knows of
// actions.
func (c *HTTPCacheServer) Size(t testing.TB) int64 {
	t.Helper()
	var size int64
	for _, s := range contents(t, filepath.Join(c.dir, "files")) {
		size += s
	}
	return size
}

// Served are the hashes of the blobs that the cache has served since the last
// call, as often as it did.
func (c *HTTPCacheServer) Served(t testing.TB) []string {
	t.Helper()
	name := filepath.Join(c.dir, "access.log")
	log := ReadFile(t, name)
	// nginx appends.
	if err := os.Truncate(name, 0); err != nil {
		t.Fatal(err)
	}
	var hashes []string
	for line := range strings.Lines(log) {
		var method, uri string
		var status, size int64
		if _, err := fmt.Sscanf(line, "%s %s %d %d", &method, &uri, &status, &size); err != nil {
			t.Fatalf("%s: %q: %v", name, line, err)
		}
		if hash, ok := strings.CutPrefix(uri, "/cas/"); ok && method == http.MethodGet && status == http.StatusOK {
			hashes = append(hashes, hash)
		}
	}
	return hashes
}

// contents are the sizes of the files that a cache has in a folder, by their
// hashes: a file is called by its hash, or lies in folders that its hash begins
// with.
func contents(t testing.TB, dir string) map[string]int64 {
	t.Helper()
	sizes := map[string]int64{}
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		sizes[strings.ReplaceAll(rel, string(filepath.Separator), "")] = info.Size()
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return sizes
}

// freeAddress is an address on loopback that nobody listens at.
func freeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
