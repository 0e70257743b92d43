package daemon

import (
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
)

func TestNew(t *testing.T) {
	for _, test := range []struct{ host, network, address, url, wantErr string }{
		{host: "unix:///run/docker.sock", network: "unix", address: "/run/docker.sock", url: "http://docker/v1.41/info?a=b+c"},
		{host: "tcp://127.0.0.1:1234", network: "tcp", address: "127.0.0.1:1234", url: "http://127.0.0.1:1234/v1.41/info?a=b+c"},
		{host: "tcp://[::1]:1234/sub/", network: "tcp", address: "[::1]:1234", url: "http://[::1]:1234/sub/v1.41/info?a=b+c"},
		{host: "tcp://build", network: "tcp", address: "build:2375", url: "http://build:2375/v1.41/info?a=b+c"},
		{host: "/run/docker.sock", wantErr: "want unix:///path/of/docker.sock"},
		{host: "unix://", wantErr: "no path after unix://"},
		{host: "tcp://", wantErr: "want tcp://name:port"},
		{host: "tcp://me@build:1", wantErr: "want tcp://name:port"},
		{host: "ssh://me@build", wantErr: "ssh:// is not supported"},
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
			if c.network != test.network || c.address != test.address || c.Host() != test.host {
				t.Errorf("got %s %s, host %s", c.network, c.address, c.Host())
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
	for _, test := range []struct {
		name, host, tls, variable string
	}{
		{"ssh", "ssh://me@build", "", "DOCKER_HOST"},
		{"https", "https://build:2376", "", "DOCKER_HOST"},
		{"TLS", "tcp://build:2376", "1", "DOCKER_TLS_VERIFY"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv("DOCKER_HOST", test.host)
			t.Setenv("DOCKER_TLS_VERIFY", test.tls)
			_, err := FromEnvironment()
			wantError(t, err, test.host, test.variable, "is not supported", "`-- stream | docker load`")
			var unsupported *UnsupportedHostError
			if !errors.As(err, &unsupported) || unsupported.Variable != test.variable {
				t.Errorf("got %#v", err)
			}
		})
	}
	t.Run("bad DOCKER_HOST", func(t *testing.T) {
		t.Setenv("DOCKER_HOST", "docker.sock")
		_, err := FromEnvironment()
		wantError(t, err, `"docker.sock"`)
	})
}

func TestDefaultSockets(t *testing.T) {
	t.Setenv("DOCKER_HOST", "")
	t.Setenv("XDG_RUNTIME_DIR", "/run/user/7")
	t.Setenv("HOME", "/home/me")
	got := defaultSockets()
	want := []string{"/var/run/docker.sock", "/run/user/7/docker.sock", "/home/me/.docker/run/docker.sock"}
	if len(got) != 3 || got[0] != want[0] || got[1] != want[1] || got[2] != want[2] {
		t.Errorf("got %q", got)
	}
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

func TestFromSockets(t *testing.T) {
	live := startFake(t, nil).socket
	dead, missing := deadSocket(t), "/nonexistent/docker.sock"
	c, err := fromSockets([]string{missing, dead, live})
	if err != nil {
		t.Fatal(err)
	}
	if c.Host() != "unix://"+live {
		t.Errorf("got %s", c.Host())
	}
	_, err = fromSockets([]string{missing, dead, missing})
	wantError(t, err, missing+", "+dead, "connection refused", "DOCKER_HOST is not set", "start Docker", "`-- run`", "`-- stream`")
	var notRunning *NotRunningError
	if !errors.As(err, &notRunning) {
		t.Errorf("got %#v", err)
	}
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
		{name: "too old", theirs: "1.23", wantErr: []string{"speaks API version 1.23, at least 1.24", "upgrade Docker", "DOCKER_HOST is not set"}},
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
			wantError(t, err, socket, "DOCKER_HOST", "start Docker", "`-- run`", "`-- stream`")
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
	_, pinged := f.client.Ping(background)
	_, chosen := fromSockets([]string{"/nonexistent/docker.sock", f.socket})
	for _, err := range []error{pinged, chosen} {
		wantError(t, err, f.socket, "DOCKER_HOST", "docker $USER", "`-- stream`")
		var permission *PermissionError
		if !errors.As(err, &permission) {
			t.Errorf("got %#v", err)
		}
	}
}

func TestPermissionErrorText(t *testing.T) {
	c := &Client{host: "unix:///var/run/docker.sock", fromVariable: true}
	err := c.explain(&net.OpError{Op: "dial", Net: "unix", Err: os.ErrPermission})
	wantError(t, err, "/var/run/docker.sock", "from DOCKER_HOST", "docker $USER", "`-- run`")
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
