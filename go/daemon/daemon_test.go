package daemon

import (
	"bufio"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestNew(t *testing.T) {
	for _, test := range []struct{ host, url, wantErr string }{
		{host: "unix:///run/docker.sock", url: "http://docker/v1.41/info?a=b+c"},
		{host: "tcp://127.0.0.1:1234", url: "http://127.0.0.1:1234/v1.41/info?a=b+c"},
		{host: "tcp://[::1]:1234/sub/", url: "http://[::1]:1234/sub/v1.41/info?a=b+c"},
		{host: "tcp://build", url: "http://build:2375/v1.41/info?a=b+c"},
		{host: "ssh://me@build", url: "http://docker/v1.41/info?a=b+c"},
		{host: "/run/docker.sock", wantErr: "want unix:///path/of/docker.sock"},
		{host: "unix://", wantErr: "no path after unix://"},
		{host: "tcp://", wantErr: "want unix:///path/of/docker.sock, tcp://name:port"},
		{host: "tcp://me@build:1", wantErr: "want unix:///path/of/docker.sock, tcp://name:port"},
		{host: "npipe:////./pipe/docker_engine", wantErr: "npipe:// is not supported"},
		{host: "https://build", wantErr: "https:// is not supported"},
	} {
		t.Run(test.host, func(t *testing.T) {
			c, err := New(test.host)
			if test.wantErr != "" {
				wantError(t, err, test.wantErr, test.host)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if c.Host() != test.host {
				t.Errorf("got host %s", c.Host())
			}
			if got := c.url("1.41", "/info", map[string][]string{"a": {"b c"}}); got != test.url {
				t.Errorf("url %s, want %s", got, test.url)
			}
		})
	}
}

func TestFromEnvironment(t *testing.T) {
	t.Run("DOCKER_HOST", func(t *testing.T) {
		t.Setenv("DOCKER_HOST", "unix:///some/docker.sock")
		t.Setenv("DOCKER_TLS_VERIFY", "1") // means nothing for a Unix socket
		c, err := FromEnvironment()
		if err != nil {
			t.Fatal(err)
		}
		if c.Host() != "unix:///some/docker.sock" {
			t.Errorf("got %s", c.Host())
		}
		_, err = c.Ping(background)
		wantError(t, err, "from DOCKER_HOST")
	})
	t.Run("https", func(t *testing.T) {
		t.Setenv("DOCKER_HOST", "https://build:2376")
		_, err := FromEnvironment()
		wantError(t, err, "https://build:2376 (from DOCKER_HOST)", "is not supported", "`-- stream | docker load`")
		var unsupported *UnsupportedHostError
		if !errors.As(err, &unsupported) {
			t.Errorf("got %#v", err)
		}
	})
	t.Run("bad DOCKER_HOST", func(t *testing.T) {
		t.Setenv("DOCKER_HOST", "docker.sock")
		_, err := FromEnvironment()
		wantError(t, err, `"docker.sock"`)
	})
}

// deadSocket is a socket that nobody listens at.
func deadSocket(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "daemon")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	path := filepath.Join(dir, "dead.sock")
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	listener.SetUnlinkOnClose(false)
	_ = listener.Close()
	return path
}

func TestPing(t *testing.T) {
	for _, test := range []struct {
		name, theirs, want string
		wantErr            []string
	}{
		{name: "Docker 20.10", theirs: "1.41", want: "1.41"},
		{name: "Docker 28.5", theirs: "1.51", want: "1.51"},
		{name: "newer", theirs: "1.60", want: "1.51"},
		{name: "next major", theirs: "2.0", want: "1.51"},
		{name: "oldest", theirs: "1.24", want: "1.24"},
		{name: "too old", theirs: "1.23", wantErr: []string{"speaks API version 1.23, at least 1.24", "upgrade Docker", "set DOCKER_HOST"}},
		{name: "no daemon", theirs: "", wantErr: []string{"not a Docker daemon"}},
		{name: "not a version", theirs: "x.y", wantErr: []string{"not a Docker daemon"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := startFake(t, map[string]http.HandlerFunc{"GET /_ping": func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Api-Version", test.theirs)
			}})
			got, err := f.client.Ping(background)
			if test.wantErr != nil {
				wantError(t, err, append(test.wantErr, f.socket)...)
				var version *VersionError
				if errors.As(err, &version) != (test.name == "too old") {
					t.Errorf("got %#v", err)
				}
				return
			}
			if err != nil || got != test.want {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

func TestDaemonTooNew(t *testing.T) {
	f := startFake(t, map[string]http.HandlerFunc{
		"GET /images/x/json": reply(http.StatusBadRequest, `{"message":"client version 1.41 is too old. Minimum supported API version is 1.99, please upgrade your client to a newer version"}`),
	})
	_, err := f.client.InspectImage(background, "x")
	wantError(t, err, "Minimum supported API version is 1.99", f.socket, "rules_strata")
	var version *VersionError
	if !errors.As(err, &version) {
		t.Errorf("got %#v", err)
	}
}

func TestNotRunning(t *testing.T) {
	for name, socket := range map[string]string{"missing": "/nonexistent/docker.sock", "dead": deadSocket(t)} {
		t.Run(name, func(t *testing.T) {
			c, err := New("unix://" + socket)
			if err != nil {
				t.Fatal(err)
			}
			_, err = c.Load(background, nil)
			wantError(t, err, socket, "DOCKER_HOST", "start Docker", "`-- run --sandbox`", "`-- stream`")
			var notRunning *NotRunningError
			if !errors.As(err, &notRunning) {
				t.Errorf("got %#v", err)
			}
			if code, err := c.Run(background, RunOptions{Image: "x"}); code != ExitNotStarted || !errors.As(err, &notRunning) {
				t.Errorf("run: %d, %#v", code, err)
			}
		})
	}
}

func TestNoPermission(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("needs another user than root, who may use every socket")
	}
	f := startFake(t, nil)
	if err := os.Chmod(f.socket, 0); err != nil {
		t.Fatal(err)
	}
	_, err := f.client.Ping(background)
	wantError(t, err, f.socket, "DOCKER_HOST", "docker $USER", "`-- stream`")
	var permission *PermissionError
	if !errors.As(err, &permission) {
		t.Errorf("got %#v", err)
	}
}

func TestTCP(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Skipf("needs the loopback network: %v", err)
	}
	f := &fake{}
	server := &http.Server{Handler: f.handler(map[string]http.HandlerFunc{"GET /images/x/json": reply(200, `{"Id":"sha256:1"}`)})}
	go func() { _ = server.Serve(listener) }()
	defer server.Close()
	c, err := New("tcp://" + listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if image, err := c.InspectImage(background, "x"); err != nil || image.ID != "sha256:1" {
		t.Errorf("got %v, %v", image, err)
	}
}

// TestTLS runs a container over TLS: requests, and a stream both ways.
func TestTLS(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Skipf("needs the loopback network: %v", err)
	}
	server := httptest.NewUnstartedServer(echoing())
	_ = server.Listener.Close()
	server.Listener = listener
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	dir := t.TempDir()
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(filepath.Join(dir, "ca.pem"), ca, 0o600); err != nil {
		t.Fatal(err)
	}
	host := "tcp://" + listener.Addr().String()
	t.Setenv("DOCKER_HOST", host)

	t.Run("without TLS", func(t *testing.T) {
		t.Setenv("DOCKER_TLS", "")
		t.Setenv("DOCKER_TLS_VERIFY", "")
		c, err := FromEnvironment()
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		_, err = c.Ping(background)
		wantError(t, err, host+" (from DOCKER_HOST)", "HTTP request to an HTTPS server", "DOCKER_TLS_VERIFY=1")
		var secure *TLSError
		if !errors.As(err, &secure) {
			t.Errorf("got %#v", err)
		}
	})
	t.Setenv("DOCKER_TLS_VERIFY", "1")
	t.Setenv("DOCKER_CERT_PATH", dir)
	c, err := FromEnvironment()
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	wantEcho(t, c)
	// A certificate that nobody knows.
	t.Setenv("DOCKER_CERT_PATH", t.TempDir())
	_, err = FromEnvironment()
	wantError(t, err, "ca.pem", "DOCKER_CERT_PATH")
}

// TestSSH runs a container through an ssh whose far side is this machine.
func TestSSH(t *testing.T) {
	f := startFake(t, echo())
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	script := "#!/bin/sh\nDAEMON_TEST_JOIN=" + f.socket + " exec '" + self + "' -test.run='^TestJoin$'\n"
	if err := os.WriteFile(filepath.Join(dir, "ssh"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir)
	c, err := New("ssh://me@build")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	wantEcho(t, c)
}

func TestSSHFails(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "ssh"), []byte("#!/bin/sh\necho 'me@build: Permission denied (publickey).' >&2\nexit 255\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir)
	c, err := New("ssh://me@build")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	code, err := c.Run(background, RunOptions{Image: "x"})
	wantError(t, err, "no Docker daemon answers at ssh://me@build: ", "Permission denied (publickey)", "`ssh -l me build docker version`")
	var notRunning *NotRunningError
	if code != ExitNotStarted || !errors.As(err, &notRunning) {
		t.Errorf("got %d, %#v", code, err)
	}
}

// TestJoin is no test: it is what the ssh of TestSSH runs.
func TestJoin(t *testing.T) {
	socket := os.Getenv("DAEMON_TEST_JOIN")
	if socket == "" {
		t.Skip("is run by TestSSH")
	}
	conn, err := net.Dial("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		_, _ = io.Copy(conn, os.Stdin)
		_ = conn.(*net.UnixConn).CloseWrite()
	}()
	_, _ = io.Copy(os.Stdout, conn)
	os.Exit(0)
}

// echo is a container that writes its input to its output.
func echo() map[string]http.HandlerFunc {
	return container("", 0, map[string]http.HandlerFunc{
		attachPath: hijack(func(conn net.Conn, r *bufio.Reader) {
			input, _ := io.ReadAll(r)
			_, _ = io.WriteString(conn, frame(1, string(input)))
		}),
	})
}

func echoing() http.Handler { return (&fake{}).handler(echo()) }

func wantEcho(t *testing.T, c *Client) {
	t.Helper()
	input := strings.Repeat("input ", 1<<16)
	var stdout strings.Builder
	code, err := c.Run(background, RunOptions{Image: "x", Stdin: strings.NewReader(input), Stdout: &stdout})
	if code != 0 || err != nil || stdout.String() != input {
		t.Errorf("got %d, %d bytes, %v", code, stdout.Len(), err)
	}
}
