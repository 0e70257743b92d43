package endpoint

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"slices"
	"strings"
	"syscall"
)

// What errors offer to those who have no engine to use.
const withoutEngine = "or do without a daemon: `-- run --sandbox` runs the image itself, `-- stream` writes it as a docker archive"

// NotRunningError says that no engine answers. A caller may do without one.
type NotRunningError struct {
	Kind Kind
	// Hosts are the addresses that were tried.
	Hosts []string
	// Origin is the endpoint's.
	Origin string
	// Remedy says what to do, "start Docker".
	Remedy string
	Err    error
}

func (e *NotRunningError) Error() string {
	w := e.Kind.words()
	return fmt.Sprintf("no %s answers at %s: %v: %s, or set %s to %s, %s",
		w.service, from(strings.Join(e.Hosts, ", "), e.Origin), e.Err, e.Remedy, w.variable, w.find, withoutEngine)
}

func (e *NotRunningError) Unwrap() error { return e.Err }

// PermissionError says that the engine's socket is there, but not for us.
type PermissionError struct {
	Kind   Kind
	Host   string
	Origin string
	Err    error
}

func (e *PermissionError) Error() string {
	w := e.Kind.words()
	return fmt.Sprintf("no permission to use %s's socket %s: %v: %s, or set %s to a socket of your own, %s",
		w.owner, from(strings.TrimPrefix(e.Host, "unix://"), e.Origin), e.Err, w.allow, w.variable, withoutEngine)
}

func (e *PermissionError) Unwrap() error { return e.Err }

// UnsupportedError says that an address is one that cannot be used here.
type UnsupportedError struct {
	Kind   Kind
	Host   string // without secrets
	Origin string
	Reason string
}

func (e *UnsupportedError) Error() string {
	w := e.Kind.words()
	return fmt.Sprintf("%s %s: %s: set %s to %s, or pipe into the engine's own command: `-- stream | %s`",
		w.host, from(e.Host, e.Origin), e.Reason, w.variable, e.Kind.forms(), w.load)
}

// TLSError says that an engine's certificate, ours, or one of the files that
// hold them does not do.
type TLSError struct {
	Kind   Kind
	Host   string
	Origin string
	// Remedy says what to do, "set DOCKER_CERT_PATH to ...".
	Remedy string
	Err    error
}

func (e *TLSError) Error() string {
	return fmt.Sprintf("TLS with the %s at %s: %v: %s", e.Kind.words().service, from(e.Host, e.Origin), e.Err, e.Remedy)
}

func (e *TLSError) Unwrap() error { return e.Err }

// StuckError says that an engine accepts connections and does nothing.
type StuckError struct {
	Kind   Kind
	Host   string
	Origin string
	// Reason says what it does not do, "it sent no answer for 1m0s".
	Reason string
	// Err is how it failed to answer a ping. It may be nil.
	Err error
}

func (e *StuckError) Error() string {
	w := e.Kind.words()
	reason := e.Reason
	if e.Err != nil {
		reason += fmt.Sprintf(" (%v)", e.Err)
	}
	return fmt.Sprintf("the %s at %s is stuck: %s: check that `%s` works, and that its disk is not full or broken, or restart it, and try again",
		w.service, from(e.Host, e.Origin), reason, w.check)
}

func (e *StuckError) Unwrap() error { return e.Err }

// Stuck is the error for the endpoint's engine that does nothing, for a reason
// as StuckError has it. err may be nil.
func (e *Endpoint) Stuck(reason string, err error) *StuckError {
	return &StuckError{Kind: e.kind, Host: e.host, Origin: e.origin, Reason: reason, Err: err}
}

// from is a host and what asked for it.
func from(host, origin string) string {
	if origin == "" {
		return host
	}
	return host + " (" + origin + ")"
}

// Explain finds the error of this package in the chain of err, and returns it
// without what HTTP wrote around it. It returns nil if there is none.
func Explain(err error) error {
	var stuck *StuckError
	var notRunning *NotRunningError
	var permission *PermissionError
	var secure *TLSError
	var unsupported *UnsupportedError
	switch {
	case errors.As(err, &stuck):
		return stuck
	case errors.As(err, &notRunning):
		return notRunning
	case errors.As(err, &permission):
		return permission
	case errors.As(err, &secure):
		return secure
	case errors.As(err, &unsupported):
		return unsupported
	}
	return nil
}

// IsBreak says whether err is that of a connection that ended too early.
func IsBreak(err error) bool {
	ends := []error{io.EOF, io.ErrUnexpectedEOF, net.ErrClosed, syscall.EPIPE, syscall.ECONNRESET}
	return slices.ContainsFunc(ends, func(end error) bool { return errors.Is(err, end) })
}

// dialError is the error for a connection that was not made.
func (e *Endpoint) dialError(ctx context.Context, err error) error {
	switch {
	case errors.Is(err, context.Canceled) || ctx.Err() != nil:
		return fmt.Errorf("connect to the %s at %s: %w", e.kind.words().service, e.host, err)
	case e.network == "unix" && errors.Is(err, fs.ErrPermission):
		return &PermissionError{Kind: e.kind, Host: e.host, Origin: e.origin, Err: err}
	}
	return e.notRunning(err)
}

func (e *Endpoint) notRunning(err error) error {
	remedy := e.kind.words().start
	if e.ssh != nil {
		remedy = "check that `" + e.ssh.check() + "` works"
	}
	return &NotRunningError{Kind: e.kind, Hosts: []string{e.host}, Origin: e.origin, Remedy: remedy, Err: err}
}
