package daemon

import (
	"errors"
	"fmt"

	"github.com/rules-strata/rules_strata/go/endpoint"
)

// What is wrong with a connection to a daemon is said by package endpoint.
type (
	// NotRunningError says that no daemon answers. A caller may do without one.
	NotRunningError = endpoint.NotRunningError
	// PermissionError says that the daemon's socket is there, but not for us.
	PermissionError = endpoint.PermissionError
	// TLSError says that a certificate does not do.
	TLSError = endpoint.TLSError
	// UnsupportedHostError says that a daemon's address is one of those that
	// cannot be used.
	UnsupportedHostError = endpoint.UnsupportedError
)

// VersionError says that a daemon and this client have no API version in
// common.
type VersionError struct {
	Host string
	// Origin says what asked for the host, "from DOCKER_HOST". It may be empty.
	Origin string
	// Reason says which versions there are.
	Reason string
}

func (e *VersionError) Error() string {
	host := e.Host
	if e.Origin != "" {
		host += " (" + e.Origin + ")"
	}
	return fmt.Sprintf("the Docker daemon at %s %s: upgrade Docker or rules_strata, or set DOCKER_HOST to another daemon, or do without a daemon: `-- run` can run the image itself, `-- stream` writes it as a docker archive",
		host, e.Reason)
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

// explain is the error of package endpoint that is in err, if there is one, and
// says otherwise which daemon it is about.
func (c *Client) explain(err error) error {
	if explained := endpoint.Explain(err); explained != nil {
		return explained
	}
	return fmt.Errorf("docker daemon at %s: %w", c.host, err)
}
