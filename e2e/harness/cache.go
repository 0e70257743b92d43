package harness

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const nginxConfig = `
user root;
daemon off;
pid DIR/pid;
error_log DIR/error.log;
events { worker_connections 256; }
http {
  access_log off;
  client_max_body_size 0;
  client_body_temp_path DIR/tmp;
  proxy_temp_path DIR/tmp;
  fastcgi_temp_path DIR/tmp;
  uwsgi_temp_path DIR/tmp;
  scgi_temp_path DIR/tmp;
  server {
    listen ADDRESS;
    location / { root DIR/files; dav_methods PUT; create_full_put_path on; }
  }
}
`

// HTTPCache is the address of an empty remote cache, for --remote_cache. It
// ends with the test.
func HTTPCache(t testing.TB) string {
	t.Helper()
	Need(t, CacheServer)
	dir, address := TempDir(t), freeAddress(t)
	for _, name := range []string{"files", "tmp"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	config := filepath.Join(dir, "nginx.conf")
	WriteFile(t, config, strings.NewReplacer("DIR", dir, "ADDRESS", address).Replace(nginxConfig))
	s, err := startServer(filepath.Join(dir, "nginx.log"), "nginx", "-c", config, "-e", filepath.Join(dir, "error.log"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.stop)
	if err := s.await(func() bool {
		conn, err := net.Dial("tcp", address)
		return err == nil && conn.Close() == nil
	}); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("http://%s", address)
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
