// Package podman brings images to Podman, sending the layers that it lacks, and
// runs them there.
//
// It speaks the libpod API of `podman system service`, version 4.0 or newer,
// wherever package endpoint finds it; on Linux, where often no service runs, it
// starts one for itself. Containers are run by package daemon, whose API
// Podman's service answers too.
//
// Podman takes an OCI layout without the layers that it has, which it knows by
// digest, and takes all of an image or nothing. Images are sent without a name
// and get their names at the end. Layers that came with a load that failed stay
// in Podman's storage, and the next load does without sending them.
package podman

import (
	"net/http"

	"github.com/rules-strata/rules_strata/go/endpoint"
	"github.com/rules-strata/rules_strata/go/engine"
)

// Engine is a Podman service. It implements engine.Engine, and may be used by
// one goroutine at a time.
type Engine struct {
	endpoint *endpoint.Endpoint
	http     *http.Client
	service  *service // nil if it was not we who started it
}

var _ engine.Engine = (*Engine)(nil)

// New makes a client of the service that listens at an endpoint. Nothing is
// sent yet.
func New(e *endpoint.Endpoint) *Engine {
	return &Engine{endpoint: e, http: &http.Client{Transport: &endpoint.Watchdog{Endpoint: e, Next: e.Transport()}}}
}

// String is "Podman at unix:///run/podman/podman.sock", or "Podman
// (/usr/bin/podman)" for a service that was started by Find.
func (e *Engine) String() string {
	if e.service != nil {
		return "Podman (" + e.service.program + ")"
	}
	return "Podman at " + e.endpoint.String()
}

// Close closes the connections that are not in use, and ends the service if
// Find started it.
func (e *Engine) Close() error {
	e.http.CloseIdleConnections()
	if e.service == nil {
		return nil
	}
	return e.service.stop()
}
