package endpoint

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSSHArguments(t *testing.T) {
	const always = "-o ConnectTimeout=10 -T "
	for _, test := range []struct {
		name, host string
		options    Options
		want       string
	}{
		{"name", "ssh://build", Options{}, "-- build docker system dial-stdio"},
		{"user and port", "ssh://me@build:2222", Options{}, "-l me -p 2222 -- build docker system dial-stdio"},
		{"root folder", "ssh://me@build/", Options{}, "-l me -- build docker system dial-stdio"},
		{"socket", "ssh://build/run/docker.sock", Options{}, "-- build docker --host=unix:///run/docker.sock system dial-stdio"},
		{"odd socket", "ssh://build/a%20b';id", Options{}, `-- build docker '--host=unix:///a b'\'';id' system dial-stdio`},
		{"IPv6", "ssh://[::1]:22", Options{}, "-p 22 -- ::1 docker system dial-stdio"},
		{"odd user", "ssh://me%40corp@build", Options{}, "-l me@corp -- build docker system dial-stdio"},
		{"Podman", "ssh://me@build", Options{Kind: Podman}, "-l me -- build podman system dial-stdio"},
		{"Podman's socket and a key", "ssh://me@build/run/user/7/podman/podman.sock", Options{Kind: Podman, Identity: "/keys/a b"},
			"-l me -i /keys/a b -o IdentitiesOnly=yes -- build podman --url=unix:///run/user/7/podman/podman.sock system dial-stdio"},
		{"machine", "ssh://core@127.0.0.1:5/s", Options{Kind: Podman, Machine: true},
			"-l core -p 5 -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -- 127.0.0.1 podman --url=unix:///s system dial-stdio"},
		{"machine elsewhere", "ssh://core@build/s", Options{Kind: Podman, Machine: true}, "-l core -- build podman --url=unix:///s system dial-stdio"},
		{"own command", "ssh://build/ignored", Options{RemoteCommand: []string{"socat", "-", "UNIX:/a b"}}, "-- build socat - 'UNIX:/a b'"},
	} {
		t.Run(test.name, func(t *testing.T) {
			e := mustParse(t, test.host, test.options)
			if got := strings.Join(e.ssh.args(), " "); got != always+test.want {
				t.Errorf("got  %s\nwant %s", got, always+test.want)
			}
		})
	}
}

func TestSSHIsCalled(t *testing.T) {
	argsFile := fakeSSH(t)
	l := listenUnix(t)
	serve(t, l)
	e := mustParse(t, "ssh://me@build:7"+l.Addr().String(), Options{Identity: "/my key"})
	conn, err := e.DialContext(background)
	if err != nil {
		t.Fatal(err)
	}
	_ = upgrade(t, conn)
	if err := conn.Close(); err != nil {
		t.Error(err)
	}
	data, err := os.ReadFile(argsFile)
	if err != nil || string(data) != strings.Join(e.ssh.args(), "\n") {
		t.Errorf("got %q, %v", data, err)
	}
	select {
	case <-conn.(*sshConn).ended:
	default:
		t.Error("ssh goes on after Close")
	}
}

func TestSSHFails(t *testing.T) {
	fakeSSH(t)
	dead := deadSocket(t)
	for _, test := range []struct {
		name, host string
		kind       Kind
		want       []string
	}{
		{"refused", "ssh://me@denied:22", Docker, []string{
			"no Docker daemon answers at ssh://me@denied:22 (from X): ssh ended with exit status 255: Warning: welcome; me@denied: Permission denied (publickey).: check that `ssh -l me -p 22 denied docker version` works", "`-- stream`"}},
		{"silent", "ssh://silent", Podman, []string{"no Podman service", "exit status 3: it printed nothing: check that `ssh silent podman version` works"}},
		{"noisy", "ssh://noisy", Docker, []string{"exit status 255: … ", "[31mnoise?; the end: check"}},
		{"no daemon there", "ssh://build" + dead, Docker, []string{"exit status 1: ", dead, "connection refused"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			e := mustParse(t, test.host, Options{Kind: test.kind, Origin: "from X"})
			conn, err := e.DialContext(background)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			_, err = conn.Read(make([]byte, 1))
			wantError(t, err, test.want...)
			if n := len(err.Error()); n > maxStderr+1000 {
				t.Errorf("the error has %d bytes", n)
			}
			if strings.ContainsAny(err.Error(), "\x1b\x07\r\n") {
				t.Errorf("the error has control characters: %q", err)
			}
			var notRunning *NotRunningError
			if !errors.As(err, &notRunning) {
				t.Errorf("got %#v", err)
			}
			if _, err := io.WriteString(conn, "x"); Explain(err) == nil {
				t.Errorf("write: %v", err)
			}
		})
	}
}

func TestNoSSH(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, err := mustParse(t, "ssh://build", Options{}).DialContext(background)
	wantError(t, err, "ssh://build", "no ssh program", "$PATH", "`-- stream | docker load`")
	var unsupported *UnsupportedError
	if !errors.As(err, &unsupported) {
		t.Errorf("got %#v", err)
	}
}

func TestSSHDoesNotStart(t *testing.T) {
	dir := t.TempDir()
	broken := writeFile(t, filepath.Join(dir, "ssh"), "\x00")
	if err := os.Chmod(broken, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir)
	_, err := mustParse(t, "ssh://build", Options{}).DialContext(background)
	wantError(t, err, "start "+broken)
}
