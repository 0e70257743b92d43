package daemon

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"strings"
)

// What errors offer to those who have no daemon to use.
const withoutDaemon = "or do without a daemon: `-- run` can run the image itself, `-- stream` writes it as a docker archive"

// NotRunningError says that no daemon answers. A caller may do without one.
type NotRunningError struct {
	// Hosts are the addresses that were tried.
	Hosts []string
	// FromVariable says that DOCKER_HOST names the address.
	FromVariable bool
	Err          error
}

func (e *NotRunningError) Error() string {
	return fmt.Sprintf("no Docker daemon answers at %s (%s): %v: start Docker, or set DOCKER_HOST to the socket that `docker context inspect` shows, %s",
		strings.Join(e.Hosts, ", "), variable(e.FromVariable), e.Err, withoutDaemon)
}

func (e *NotRunningError) Unwrap() error { return e.Err }

// PermissionError says that the daemon's socket is there, but not for us.
type PermissionError struct {
	Host         string
	FromVariable bool
	Err          error
}

func (e *PermissionError) Error() string {
	return fmt.Sprintf("no permission to use the Docker daemon's socket %s (%s): %v: add yourself to the group that owns it (sudo usermod -aG docker $USER) and log in again, or set DOCKER_HOST to a rootless daemon's socket, %s",
		strings.TrimPrefix(e.Host, "unix://"), variable(e.FromVariable), e.Err, withoutDaemon)
}

func (e *PermissionError) Unwrap() error { return e.Err }

// UnsupportedHostError says that a daemon's address is one of those that this
// client cannot talk to.
type UnsupportedHostError struct {
	// Host is the address.
	Host string
	// Variable is the environment variable that asks for it, or empty.
	Variable string
	Reason   string
}

func (e *UnsupportedHostError) Error() string {
	by := ""
	if e.Variable != "" {
		by = " (asked for by " + e.Variable + ")"
	}
	return fmt.Sprintf("docker host %s%s: %s: set DOCKER_HOST to unix:///path/of/docker.sock or tcp://name:port, or let the docker command do it: `-- stream | docker load`",
		e.Host, by, e.Reason)
}

// VersionError says that a daemon and this client have no API version in
// common.
type VersionError struct {
	Host         string
	FromVariable bool
	// Reason says which versions there are.
	Reason string
}

func (e *VersionError) Error() string {
	return fmt.Sprintf("the Docker daemon at %s (%s) %s: upgrade Docker or rules_strata, or set DOCKER_HOST to another daemon, %s",
		e.Host, variable(e.FromVariable), e.Reason, withoutDaemon)
}

func variable(set bool) string {
	if set {
		return "from DOCKER_HOST"
	}
	return "DOCKER_HOST is not set"
}

// ErrNotFound is what a request about an image or a container that the daemon
// does not have fails with.
var ErrNotFound = errors.New("not found")

// APIError is a daemon's refusal of one request.
type APIError struct {
	// Status is the HTTP status, 400 or more.
	Status int
	// Message is the daemon's own.
	Message string
}

func (e *APIError) Error() string { return e.Message }

// Is makes a status of 404 ErrNotFound.
func (e *APIError) Is(target error) bool { return target == ErrNotFound && e.Status == 404 }

// explain turns an error of the connection into one of the types above where
// it can.
func (c *Client) explain(err error) error {
	var op *net.OpError
	if !errors.As(err, &op) || op.Op != "dial" || errors.Is(err, context.Canceled) {
		return fmt.Errorf("docker daemon at %s: %w", c.host, err)
	}
	if errors.Is(err, fs.ErrPermission) {
		return &PermissionError{Host: c.host, FromVariable: c.fromVariable, Err: op}
	}
	return &NotRunningError{Hosts: []string{c.host}, FromVariable: c.fromVariable, Err: op}
}
