package registry

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
)

// UnreachableError says that nothing that speaks a registry's protocol answers.
type UnreachableError struct {
	Registry string
	// Reason is what the operating system or the first bytes of an answer say.
	Reason string
	// Remedy is what to do.
	Remedy string
	Err    error
}

func (e *UnreachableError) Error() string {
	return fmt.Sprintf("the registry %s cannot be reached: %s: %s", e.Registry, e.Reason, e.Remedy)
}

// Unwrap is the error of the connection.
func (e *UnreachableError) Unwrap() error { return e.Err }

// unreachable is the error of a connection as one that says what to do, or nil
// for other errors.
func (s *session) unreachable(err error) error {
	e := &UnreachableError{Registry: s.registry(), Err: err}
	var dns *net.DNSError
	var dial *net.OpError
	var refused *RefusedError
	switch {
	case errors.As(err, &refused):
		return nil
	case errors.Is(err, http.ErrSchemeMismatch):
		if strings.Contains(err.Error(), "http://") { // it was asked so, too
			return nil
		}
		e.Reason = "it answers with plain HTTP"
		e.Remedy = "ask it so with --insecure, insecure = True of image_push or tls_verify = False of pull.image"
	case errors.As(err, &dns):
		e.Reason, e.Remedy = dns.Error(), "see whether its name is right, and the network there"
	case errors.As(err, &dial) && dial.Op == "dial":
		e.Reason, e.Remedy = dial.Error(), "see whether it runs there, or name another one"
	default:
		return nil
	}
	if _, tries, ok := strings.Cut(err.Error(), " (tried "); ok {
		tries, _, _ = strings.Cut(tries, ")")
		e.Reason += " (tried " + tries + ")"
	}
	return e
}
