// Package engines chooses the container engine that images are loaded into:
// Docker, Podman or containerd.
package engines

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/rules-strata/rules_strata/go/containerd"
	"github.com/rules-strata/rules_strata/go/daemon"
	"github.com/rules-strata/rules_strata/go/endpoint"
	"github.com/rules-strata/rules_strata/go/engine"
	"github.com/rules-strata/rules_strata/go/podman"
)

// Names are the engines that Find knows, in the order in which it looks for
// them.
var Names = []string{"docker", "podman", "containerd"}

// kind is an engine that can be found.
type kind struct {
	name string
	// variables ask for the engine when one of them is set.
	variables []string
	// runs says that it runs containers by itself.
	runs bool
	// find makes a client of the engine. Where nobody asked for the engine, it
	// answers.
	find func(context.Context) (engine.Engine, error)
}

var kinds = []kind{
	{"docker", []string{"DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_TLS", "DOCKER_TLS_VERIFY"}, true, findDocker},
	{"podman", []string{"CONTAINER_HOST", "CONTAINER_CONNECTION"}, true, findPodman},
	{"containerd", []string{"CONTAINERD_ADDRESS"}, false, findContainerd},
}

// NoneError says that there is no engine. A caller may do without one.
type NoneError struct {
	// Reasons are why each engine is not used, in the order of Names.
	Reasons []error
}

// Error is about Docker, and about those of the others that are there and do
// not work.
func (e *NoneError) Error() string {
	text := e.Reasons[0].Error()
	for _, reason := range e.Reasons[1:] {
		var absent *endpoint.NotRunningError
		if !errors.As(reason, &absent) {
			text += "; " + reason.Error()
		}
	}
	return text
}

func (e *NoneError) Unwrap() []error { return e.Reasons }

// Find is the engine with the name, wherever its own commands would find it.
// Without a name it is the first that variables of the environment ask for, or
// else the first that answers.
//
// With toRun, an engine that does not run containers is not chosen unless it is
// asked for.
//
// The error is a *NoneError if nobody asked for an engine and none answers. A
// Docker daemon that is there and not for us, or that a context has on another
// machine, is an error of its own, so that nobody looks for an image in the
// wrong place.
func Find(ctx context.Context, name string, toRun bool) (engine.Engine, error) {
	if name != "" {
		return findNamed(ctx, name)
	}
	for _, k := range kinds {
		if k.asked() {
			return k.find(ctx)
		}
	}
	none := &NoneError{}
	for i, k := range kinds {
		if toRun && !k.runs {
			continue
		}
		found, err := k.find(ctx)
		if err == nil {
			return found, nil
		}
		if i == 0 && !absentHere(err) || ctx.Err() != nil {
			return nil, err
		}
		none.Reasons = append(none.Reasons, err)
	}
	return nil, none
}

// absentHere says that an engine is not running on this machine.
func absentHere(err error) bool {
	var absent *endpoint.NotRunningError
	if !errors.As(err, &absent) {
		return false
	}
	for _, host := range absent.Hosts {
		if scheme, _, ok := strings.Cut(host, "://"); ok && scheme != "unix" {
			return false
		}
	}
	return true
}

func findNamed(ctx context.Context, name string) (engine.Engine, error) {
	for _, k := range kinds {
		if k.name == name {
			return k.find(ctx)
		}
	}
	return nil, fmt.Errorf("%q is no engine that is known: want one of %s", name, strings.Join(Names, ", "))
}

func (k kind) asked() bool {
	for _, name := range k.variables {
		if os.Getenv(name) != "" {
			return true
		}
	}
	return false
}

func findDocker(ctx context.Context) (engine.Engine, error) {
	at, err := endpoint.FindDocker(ctx, "")
	if err != nil {
		return nil, err
	}
	client := daemon.NewAt(at)
	if _, err := client.Ping(ctx); err != nil {
		client.Close()
		return nil, err
	}
	return client.Engine(), nil
}

func findPodman(ctx context.Context) (engine.Engine, error) {
	found, err := podman.Find(ctx, "")
	if err != nil {
		return nil, err
	}
	return found, nil
}

func findContainerd(ctx context.Context) (engine.Engine, error) {
	found, err := containerd.Find(ctx, "")
	if err != nil {
		return nil, err
	}
	return found, nil
}
