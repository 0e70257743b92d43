package main

import (
	"context"

	"github.com/rules-strata/rules_strata/go/engine"
	"github.com/rules-strata/rules_strata/go/engines"
)

// engineFlag chooses the engine.
type engineFlag struct {
	Engine string `env:"STRATA_ENGINE" placeholder:"NAME" help:"The engine: docker, podman or containerd. Default: the one that DOCKER_HOST, DOCKER_CONTEXT, CONTAINER_HOST, CONTAINER_CONNECTION or CONTAINERD_ADDRESS asks for, else the first that answers."`
}

// find chooses the engine. toRun says that the image is to be run there.
func (f *engineFlag) find(ctx context.Context, toRun bool) (engine.Engine, error) {
	return engines.Find(ctx, f.Engine, toRun)
}
