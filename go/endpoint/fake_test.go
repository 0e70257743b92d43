package endpoint

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var background = context.Background()

// TestMain lets the test binary play ssh: fakeSSH links to it by that name.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == "ssh" {
		os.Exit(playSSH(os.Args[1:]))
	}
	os.Exit(m.Run())
}

// fakeSSH puts an ssh into PATH, and nothing else. It returns a file that gets
// the arguments it is called with, one in a line.
func fakeSSH(t *testing.T) (argsFile string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.Symlink(self, filepath.Join(dir, "ssh")); err != nil {
		t.Fatal(err)
	}
	argsFile = filepath.Join(dir, "args")
	t.Setenv("PATH", dir)
	t.Setenv("FAKE_SSH_ARGS", argsFile)
	return argsFile
}

// playSSH is what ssh does that calls a command of the engine's, or how it
// fails, which the host's name says.
func playSSH(args []string) int {
	if err := os.WriteFile(os.Getenv("FAKE_SSH_ARGS"), []byte(strings.Join(args, "\n")), 0o600); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	host, command := args[len(args)-2], args[len(args)-1]
	switch host {
	case "denied":
		fmt.Fprint(os.Stderr, "Warning: welcome\r\nme@denied: Permission denied (publickey).\r\n")
		return 255
	case "noisy":
		fmt.Fprint(os.Stderr, strings.Repeat("\x1b[31mnoise\xff\n", 100_000)+"the \x07end\n")
		return 255
	case "silent":
		return 3
	case "waits":
		_, _ = io.Copy(io.Discard, os.Stdin)
		return 0
	}
	socket := ""
	for _, word := range strings.Fields(command) {
		_, value, _ := strings.Cut(word, "=unix://")
		socket = max(socket, value)
	}
	if err := join(socket); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// join joins the standard streams to a socket, as `docker system dial-stdio`
// does.
func join(socket string) error {
	conn, err := net.Dial("unix", socket)
	if err != nil {
		return err
	}
	go func() {
		_, _ = io.Copy(conn, os.Stdin)
		_ = conn.(*net.UnixConn).CloseWrite()
	}()
	_, err = io.Copy(os.Stdout, conn)
	return err
}

// shortDir is a temporary folder; t.TempDir is too long for the path of a
// socket.
func shortDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "endpoint")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// deadSocket is a socket that nobody listens at.
func deadSocket(t *testing.T) string {
	t.Helper()
	path := filepath.Join(shortDir(t), "dead.sock")
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	listener.SetUnlinkOnClose(false)
	_ = listener.Close()
	return path
}

// writeFile writes a file and the folders it is in.
func writeFile(t *testing.T, path, data string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// cleanEnvironment is one that says nothing of engines. HOME, DOCKER_CONFIG
// and XDG_RUNTIME_DIR are folders of the test.
func cleanEnvironment(t *testing.T) (home string) {
	t.Helper()
	home = shortDir(t)
	for _, name := range []string{
		"DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_TLS", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH", "XDG_CONFIG_HOME",
		"CONTAINER_HOST", "CONTAINER_CONNECTION", "CONTAINER_SSHKEY", "PODMAN_CONNECTIONS_CONF",
		"CONTAINER_TLS_CA", "CONTAINER_TLS_CERT", "CONTAINER_TLS_KEY", "CONTAINERD_ADDRESS", "CONTAINERD_NAMESPACE",
	} {
		t.Setenv(name, "")
	}
	t.Setenv("HOME", home)
	t.Setenv("DOCKER_CONFIG", filepath.Join(home, "docker"))
	t.Setenv("XDG_RUNTIME_DIR", filepath.Join(home, "run"))
	return home
}

// wantError checks that err is there and has each of these in its text.
func wantError(t *testing.T, err error, wants ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want one with %q", wants)
	}
	for _, want := range wants {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error %q, want one with %q", err, want)
		}
	}
}

func mustParse(t *testing.T, host string, o Options) *Endpoint {
	t.Helper()
	e, err := Parse(host, o)
	if err != nil {
		t.Fatal(err)
	}
	return e
}
