package daemon

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"

	"github.com/rules-strata/rules_strata/go/archive"
	"github.com/rules-strata/rules_strata/go/endpoint"
	"github.com/rules-strata/rules_strata/go/engine"
	"github.com/rules-strata/rules_strata/go/progress"
)

// LoadMissing brings an image to the daemon, sending the layers that it lacks,
// and gives it its names last, once the daemon says that all of it is there. An
// image that is there already costs one request. An image that is there in part,
// whatever left it so, is repaired.
//
// The error is a *TooManyLayersError, before anything is sent, if the daemon's
// store does not take so many. A load that is killed leaves the names what they
// were. p may be nil.
func (c *Client) LoadMissing(ctx context.Context, img archive.Image, p *progress.Reporter) (engine.Loaded, error) {
	if p == nil {
		p = progress.New(nil)
	}
	hybrid, err := archive.NewHybrid(img)
	var loaded engine.Loaded
	if err == nil {
		l := &loader{client: c, image: img, hybrid: hybrid, progress: p}
		loaded, err = l.run(ctx)
	}
	if err != nil {
		return engine.Loaded{}, fmt.Errorf("load an image: %w", err)
	}
	return loaded, nil
}

// loader brings one image to a daemon.
type loader struct {
	client   *Client
	image    archive.Image
	hybrid   *archive.Hybrid
	progress *progress.Reporter
	names    []string // as the daemon has them
	store    store
}

func (l *loader) run(ctx context.Context) (engine.Loaded, error) {
	l.progress.SetTotal(len(l.image.Layers))
	var named imageState
	var err error
	if l.names, err = l.client.ownNames(ctx, l.image.RepoTags); err != nil {
		return engine.Loaded{}, err
	}
	if len(l.names) > 0 {
		if named, err = l.lookUp(ctx, l.names[0]); err != nil {
			return engine.Loaded{}, err
		}
		if l.whole(named) {
			return l.name(ctx, named)
		}
	}
	if l.store, err = l.client.store(ctx); err != nil {
		return engine.Loaded{}, err
	}
	if err := l.store.checkLayers(len(l.image.Layers)); err != nil {
		return engine.Loaded{}, err
	}
	if l.store.kind == otherStore {
		return l.sendNamed(ctx)
	}
	state, err := l.lookUp(ctx, l.id())
	if err == nil && !l.whole(state) {
		state, err = l.send(ctx, named, state)
	}
	if errors.Is(err, errNotWhole) {
		// The store took all of the image, but does not know it by our ID.
		return l.sendNamed(ctx)
	}
	if err != nil {
		return engine.Loaded{}, err
	}
	return l.name(ctx, state)
}

// id is the ID that the image has in the daemon's store.
func (l *loader) id() string {
	if l.store.kind == containerdStore {
		return l.hybrid.ManifestDigest()
	}
	return l.hybrid.ConfigDigest()
}

// whole says that state is our image and that all of it is there. Only the
// containerd store can have an image in part.
func (l *loader) whole(state imageState) bool {
	switch state.ID {
	case l.hybrid.ConfigDigest():
		return true
	case l.hybrid.ManifestDigest():
		return state.manifests[state.ID].available
	}
	return false
}

// lookUp is an image's state, or none if it is not there or so damaged that the
// daemon fails.
func (l *loader) lookUp(ctx context.Context, ref string) (imageState, error) {
	state, err := l.client.inspect(ctx, ref)
	var refusal *APIError
	if errors.As(err, &refusal) && (refusal.Status == http.StatusNotFound || refusal.Status >= http.StatusInternalServerError) {
		return imageState{}, nil
	}
	return state, err
}

// name gives the image the names that it lacks.
func (l *loader) name(ctx context.Context, state imageState) (engine.Loaded, error) {
	has := make(map[string]bool, len(state.RepoTags))
	for _, name := range state.RepoTags {
		has[fullName(name)] = true
	}
	for _, name := range l.names {
		if has[fullName(name)] {
			continue
		}
		if err := l.client.tag(ctx, state.ID, name); err != nil {
			return engine.Loaded{}, err
		}
	}
	return engine.Loaded{ID: state.ID, Names: l.names}, nil
}

// sendNamed sends all of the image with its names to a store that is only known
// to load whole archives.
func (l *loader) sendNamed(ctx context.Context) (engine.Loaded, error) {
	names := make([]string, len(l.names))
	for i, name := range l.names {
		names[i] = fullName(name)
	}
	loaded, err := l.transfer(ctx, archive.HybridOptions{Names: names})
	if err != nil {
		return engine.Loaded{}, err
	}
	state, err := l.client.inspect(ctx, loaded[0])
	if err != nil {
		return engine.Loaded{}, err
	}
	same := func(diffID string, layer archive.Layer) bool { return diffID == layer.DiffID }
	if !slices.EqualFunc(state.DiffIDs, l.image.Layers, same) {
		return engine.Loaded{}, errNotWhole
	}
	return engine.Loaded{ID: state.ID, Names: l.names}, nil
}

var (
	errNotWhole = errors.New("the daemon does not have all of the image after it took it: load it again")
	errStopped  = errors.New("the daemon stopped reading")
)

// transfer sends the image's archive and returns what the daemon says that it
// loaded.
func (l *loader) transfer(ctx context.Context, o archive.HybridOptions) (loaded []string, err error) {
	o.Progress = l.progress
	r, w := io.Pipe()
	written := make(chan error, 1)
	go func() {
		err := l.hybrid.Write(ctx, w, o)
		w.CloseWithError(err)
		written <- err
	}()
	loaded, err = l.client.load(ctx, r)
	r.CloseWithError(errStopped)
	writeErr := <-written
	ofArchive := writeErr != nil && !errors.Is(writeErr, errStopped)
	if isBreak := errors.Is(err, errCutOff) || endpoint.IsBreak(err); isBreak && !ofArchive && ctx.Err() == nil {
		err = fmt.Errorf("%w: the daemon went away during the load: load again when it runs", err)
	}
	return loaded, err
}
