package podman

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"

	"github.com/rules-strata/rules_strata/go/endpoint"
)

// Find is the Podman that the podman command would use, which answers. It is
// the service at host, if that is not empty, or else the one that
// endpoint.FindPodman chooses. If neither host nor the environment asks for one
// and no socket is ours to use, or none has a service behind it that answers,
// and podman is in PATH, which on Linux works without a service, then one is
// started: on a socket in a folder of its own, with the user's own
// configuration. It ends with Close, or some time after this process was killed.
//
// The error is one of package endpoint's types, or a *VersionError, if there is
// no Podman.
func Find(ctx context.Context, host string) (*Engine, error) {
	at, err := endpoint.FindPodman(ctx, host)
	asked := host != "" || os.Getenv("CONTAINER_HOST") != "" || os.Getenv("CONTAINER_CONNECTION") != ""
	program := ""
	// Elsewhere podman is the client of a virtual machine's service.
	if !asked && runtime.GOOS == "linux" {
		program, _ = exec.LookPath("podman")
	}
	if err != nil && (program == "" || !absent(err)) {
		return nil, err
	}
	var silent error // why the one that is there is not used
	if err == nil && (program == "" || !remote(at)) {
		e := New(at)
		if silent = e.ping(ctx); silent == nil {
			return e, nil
		}
		if program == "" || ctx.Err() != nil {
			return nil, errors.Join(silent, e.Close())
		}
	}
	started, err := start(ctx, program)
	if err != nil && silent != nil {
		return nil, fmt.Errorf("%w; %w", err, silent)
	}
	return started, err
}

// remote says whether an endpoint is a connection to another machine, which on
// Linux the podman command uses only when it is told to.
func remote(e *endpoint.Endpoint) bool {
	return e != nil && !strings.HasPrefix(e.String(), "unix://")
}

// absent says that there is no service for us.
func absent(err error) bool {
	var notRunning *endpoint.NotRunningError
	var permission *endpoint.PermissionError
	return errors.As(err, &notRunning) || errors.As(err, &permission)
}
