package endpoint

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// FindPodman is the endpoint of the Podman service that podman --remote would
// use. It is, the first that is there:
//
//   - host, if it is not empty: what --url says
//   - the connection that CONTAINER_CONNECTION names
//   - CONTAINER_HOST, with the key file CONTAINER_SSHKEY for ssh, and
//     CONTAINER_TLS_CA, CONTAINER_TLS_CERT and CONTAINER_TLS_KEY for tcp
//   - the default connection
//   - the first of these sockets that accepts a connection:
//     $XDG_RUNTIME_DIR/podman/podman.sock, /run/podman/podman.sock
//
// On Linux the last two change places, because the podman command works on
// this machine there, whatever the default connection is. Connections are those
// in podman-connections.json, which `podman system connection` and `podman
// machine` write (since Podman 5.0), beside containers.conf in
// $XDG_CONFIG_HOME/containers, or where PODMAN_CONNECTIONS_CONF says.
// Connections in containers.conf itself are not looked at.
//
// The error is one of this package's types, or names the file or the connection
// that is not as it should be.
func FindPodman(ctx context.Context, host string) (*Endpoint, error) {
	return findPodman(ctx, host, runtime.GOOS)
}

func findPodman(ctx context.Context, host, system string) (*Endpoint, error) {
	if host != "" {
		return podmanHost(host, "")
	}
	if name := os.Getenv("CONTAINER_CONNECTION"); name != "" {
		connections, err := readConnections()
		if err != nil {
			return nil, err
		}
		return connections.endpoint(name, "chosen by CONTAINER_CONNECTION")
	}
	if host := os.Getenv("CONTAINER_HOST"); host != "" {
		return podmanHost(host, "from CONTAINER_HOST")
	}
	connections, err := readConnections()
	if err != nil {
		return nil, err
	}
	byDefault := connections.Connection.Default
	if byDefault != "" && system != "linux" {
		return connections.endpoint(byDefault, "the default")
	}
	e, err := firstSocket(ctx, Podman, "CONTAINER_HOST is not set", podmanSockets())
	var absent *NotRunningError
	if byDefault != "" && errors.As(err, &absent) {
		return connections.endpoint(byDefault, "the default")
	}
	return e, err
}

func podmanHost(host, origin string) (*Endpoint, error) {
	o := Options{Kind: Podman, Origin: origin, Identity: os.Getenv("CONTAINER_SSHKEY")}
	files := TLSFiles{
		CA: os.Getenv("CONTAINER_TLS_CA"), Cert: os.Getenv("CONTAINER_TLS_CERT"), Key: os.Getenv("CONTAINER_TLS_KEY"),
	}
	if files != (TLSFiles{}) {
		o.TLS = &files
	}
	return Parse(host, o)
}

func podmanSockets() []string {
	var sockets []string
	if dir := os.Getenv("XDG_RUNTIME_DIR"); dir != "" {
		sockets = append(sockets, filepath.Join(dir, "podman/podman.sock"))
	}
	return append(sockets, "/run/podman/podman.sock")
}

// connections is a podman-connections.json.
type connections struct {
	Connection struct {
		Default     string
		Connections map[string]struct {
			URI, Identity          string
			IsMachine              bool
			TLSCA, TLSCert, TLSKey string
		}
	}
	path string
}

func readConnections() (*connections, error) {
	c := connections{path: os.Getenv("PODMAN_CONNECTIONS_CONF")}
	if c.path == "" {
		dir := os.Getenv("XDG_CONFIG_HOME")
		if dir == "" {
			home, err := os.UserHomeDir()
			if err != nil {
				return &c, nil
			}
			dir = filepath.Join(home, ".config")
		}
		c.path = filepath.Join(dir, "containers/podman-connections.json")
	}
	data, err := readFile(c.path)
	if errors.Is(err, fs.ErrNotExist) {
		return &c, nil
	}
	if err != nil {
		return nil, fmt.Errorf("podman's connections: %w: set CONTAINER_HOST to do without them", err)
	}
	if err := json.Unmarshal(data, &c); err != nil {
		return nil, fmt.Errorf("podman's connections in %s: %w: correct it, or set CONTAINER_HOST to do without them", c.path, err)
	}
	return &c, nil
}

// endpoint is the endpoint of one connection.
func (c *connections) endpoint(name, chosen string) (*Endpoint, error) {
	connection, ok := c.Connection.Connections[name]
	if !ok {
		return nil, fmt.Errorf("podman connection %q (%s) is not in %s, which has %s: choose another with CONTAINER_CONNECTION, or set CONTAINER_HOST",
			name, chosen, c.path, c.names())
	}
	o := Options{
		Kind: Podman, Identity: connection.Identity, Machine: connection.IsMachine,
		Origin: fmt.Sprintf("from the podman connection %q in %s, %s", name, c.path, chosen),
	}
	files := TLSFiles{CA: connection.TLSCA, Cert: connection.TLSCert, Key: connection.TLSKey}
	if files != (TLSFiles{}) {
		files.Remedy = "give the connection the right files: podman system connection add --tls-ca FILE --tls-cert FILE --tls-key FILE " + quote(name) + " " + quote(redact(connection.URI))
		o.TLS = &files
	}
	return Parse(connection.URI, o)
}

func (c *connections) names() string {
	if len(c.Connection.Connections) == 0 {
		return "none"
	}
	var names []string
	for name := range c.Connection.Connections {
		names = append(names, name)
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}
