package podman

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/rules-strata/rules_strata/go/archive"
	"github.com/rules-strata/rules_strata/go/daemon"
	"github.com/rules-strata/rules_strata/go/engine"
	"github.com/rules-strata/rules_strata/go/progress"
	"github.com/rules-strata/rules_strata/go/reference"
)

// Load brings an image to Podman, as engine.Engine says. Names become what
// `podman load` makes of them: "localhost/hello:latest" of "hello:latest". An
// image that is there with its names costs one request.
func (e *Engine) Load(ctx context.Context, img archive.Image, p *progress.Reporter) (engine.Loaded, error) {
	l, err := newLoader(e, img, p)
	var loaded engine.Loaded
	if err == nil {
		loaded, err = l.run(ctx)
	}
	if err != nil {
		return engine.Loaded{}, fmt.Errorf("load an image: %w", err)
	}
	return loaded, nil
}

// loader brings one image to Podman.
type loader struct {
	engine   *Engine
	image    archive.Image
	hybrid   *archive.Hybrid
	progress *progress.Reporter
	names    []string // as Podman has them
}

func newLoader(e *Engine, img archive.Image, p *progress.Reporter) (*loader, error) {
	hybrid, err := archive.NewHybrid(img)
	if err != nil {
		return nil, err
	}
	names := make([]string, len(img.RepoTags))
	for i, text := range img.RepoTags {
		name, err := reference.Parse(text)
		if err != nil {
			return nil, err
		}
		names[i] = name.Podman()
	}
	return &loader{engine: e, image: img, hybrid: hybrid, progress: p, names: names}, nil
}

func (l *loader) run(ctx context.Context) (engine.Loaded, error) {
	l.progress.SetTotal(len(l.image.Layers))
	there, err := l.lookUp(ctx, l.hybrid.ConfigDigest())
	if err != nil {
		return engine.Loaded{}, err
	}
	if there.id == "" {
		if there.id, err = l.send(ctx); err != nil {
			return engine.Loaded{}, err
		}
	} else if includes(there.names, l.names) {
		return engine.Loaded{ID: there.id, Names: l.names}, nil
	}
	for _, name := range l.names {
		if slices.Contains(there.names, name) {
			continue
		}
		if err := l.engine.tag(ctx, there.id, name); err != nil {
			return engine.Loaded{}, err
		}
	}
	if err := l.check(ctx, there.id); err != nil {
		return engine.Loaded{}, err
	}
	return engine.Loaded{ID: there.id, Names: l.names}, nil
}

// lookUp is an image, or none if it is not there or so damaged that Podman
// fails.
func (l *loader) lookUp(ctx context.Context, ref string) (image, error) {
	found, err := l.engine.inspect(ctx, ref)
	var refusal *daemon.APIError
	if errors.As(err, &refusal) && (refusal.Status == http.StatusNotFound || refusal.Status >= http.StatusInternalServerError) {
		return image{}, nil
	}
	return found, err
}

// check looks at what is there after a load.
func (l *loader) check(ctx context.Context, id string) error {
	found, err := l.engine.inspect(ctx, id)
	if err != nil {
		return err
	}
	same := func(diffID string, layer archive.Layer) bool { return diffID == layer.DiffID }
	if !slices.EqualFunc(found.diffIDs, l.image.Layers, same) {
		return fmt.Errorf("%v has image %s with other layers than it took: remove it with `podman rmi`, and load it again", l.engine, id)
	}
	if !includes(found.names, l.names) {
		return fmt.Errorf("%v gave image %s the names %q, want %q: is another load under way? load it again", l.engine, id, found.names, l.names)
	}
	return nil
}

// includes says that all of some names are among others.
func includes(names, some []string) bool {
	for _, name := range some {
		if !slices.Contains(names, name) {
			return false
		}
	}
	return true
}
