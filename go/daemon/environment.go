package daemon

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// FromEnvironment makes a client of the daemon that the docker command would
// use: the one that DOCKER_HOST names, else the first of the default sockets
// that accepts a connection: /var/run/docker.sock,
// $XDG_RUNTIME_DIR/docker.sock (rootless Docker), ~/.docker/run/docker.sock
// (Docker Desktop).
//
// The error is a *NotRunningError if there is no such socket, a
// *PermissionError if there is one that we may not use, and an
// *UnsupportedHostError if the variables ask for ssh or TLS. Docker's contexts
// are not looked at.
func FromEnvironment() (*Client, error) {
	if host := os.Getenv("DOCKER_HOST"); host != "" {
		return fromVariable(host)
	}
	return fromSockets(defaultSockets())
}

func fromVariable(host string) (*Client, error) {
	if os.Getenv("DOCKER_TLS_VERIFY") != "" && !strings.HasPrefix(host, "unix://") {
		return nil, &UnsupportedHostError{Host: host, Variable: "DOCKER_TLS_VERIFY", Reason: "TLS is not supported"}
	}
	c, err := New(host)
	var unsupported *UnsupportedHostError
	if errors.As(err, &unsupported) {
		unsupported.Variable = "DOCKER_HOST"
	}
	if err != nil {
		return nil, err
	}
	c.fromVariable = true
	return c, nil
}

func defaultSockets() []string {
	sockets := []string{"/var/run/docker.sock"}
	if dir := os.Getenv("XDG_RUNTIME_DIR"); dir != "" {
		sockets = append(sockets, filepath.Join(dir, "docker.sock"))
	}
	if home, err := os.UserHomeDir(); err == nil {
		sockets = append(sockets, filepath.Join(home, ".docker/run/docker.sock"))
	}
	return sockets
}

func fromSockets(sockets []string) (*Client, error) {
	var denied, absent error
	for _, path := range sockets {
		conn, err := net.DialTimeout("unix", path, time.Second)
		if err == nil {
			_ = conn.Close()
			return New("unix://" + path)
		}
		switch {
		case denied == nil && errors.Is(err, fs.ErrPermission):
			denied = &PermissionError{Host: "unix://" + path, Err: err}
		case absent == nil || !errors.Is(err, fs.ErrNotExist):
			// A socket that nobody listens at says more than a missing one.
			absent = &NotRunningError{Hosts: sockets, Err: err}
		}
	}
	if denied != nil {
		return nil, denied
	}
	return nil, absent
}
