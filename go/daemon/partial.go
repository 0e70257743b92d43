package daemon

import (
	"context"
	"errors"
	"time"

	"github.com/rules-strata/rules_strata/go/archive"
	"github.com/rules-strata/rules_strata/go/layerset"
)

// send sends the layers that the daemon lacks. named is the image that has our
// first name now, there what the daemon has of our image.
func (l *loader) send(ctx context.Context, named, there imageState) (imageState, error) {
	switch l.store.kind {
	case containerdStore:
		return l.sendByDigest(ctx, named, there)
	case podmanStore:
		// It knows layers one by one, so that the guess may have gaps.
		if omit := layerset.Common(l.image.Layers, named.DiffIDs); len(omit) > 0 {
			return l.sendUpward(ctx, omit)
		}
	}
	return l.sendUpward(ctx, layerset.Of(l.image.Layers))
}

// maxRefusals is how many archives that lack a layer are tried before all of
// the image is sent.
const maxRefusals = 3

// sendUpward sends the image to a store that takes all of it or nothing, and
// names a layer that it lacks. The layers in omit are left out at first; then
// those from the missing one up are sent.
func (l *loader) sendUpward(ctx context.Context, omit layerset.Set) (imageState, error) {
	for refusals := 1; ; refusals++ {
		state, err := l.attempt(ctx, omit)
		if len(omit) == 0 || !refused(err) {
			return state, err
		}
		missing, known := omit.LowestNamed(l.image.Layers, err.Error())
		if !known || refusals == maxRefusals {
			missing = 0
		}
		omit = layerset.Below(l.image.Layers, missing)
	}
}

// worthAsking is how many bytes may have to be sent at least for the containerd
// store to be asked which layers it has: sending them takes several times as
// long as the question. Each layer counts as layerCost bytes more, for the time
// that unpacking an empty one takes.
const (
	worthAsking = 16 << 20
	layerCost   = 2 << 20
)

// sendByDigest sends the image to the containerd store, which takes an image
// with layers missing too.
func (l *loader) sendByDigest(ctx context.Context, named, there imageState) (imageState, error) {
	omit := layerset.Common(l.image.Layers, named.DiffIDs)
	if !l.store.empty && l.costWithout(omit) >= worthAsking {
		if answer, err := l.ask(ctx); err == nil {
			omit = answer
		}
	}
	state, err := l.attempt(ctx, omit)
	if len(omit) > 0 && refused(err) {
		state, err = l.attempt(ctx, nil)
	}
	if err != nil && there.ID == "" {
		l.discard(ctx)
	}
	return state, err
}

// attempt sends the image without its name and without the layers in omit, and
// checks that all of it is there. Layers that were sent in vain do not count.
func (l *loader) attempt(ctx context.Context, omit layerset.Set) (state imageState, err error) {
	before, _ := l.progress.Sent()
	defer func() {
		if err != nil {
			after, _ := l.progress.Sent()
			l.progress.TakeBack(after - before)
		}
	}()
	if _, err := l.transfer(ctx, archive.HybridOptions{Omit: omit}); err != nil {
		return imageState{}, err
	}
	state, err = l.client.inspect(ctx, l.id())
	if errors.Is(err, ErrNotFound) || err == nil && !l.whole(state) {
		err = errNotWhole
	}
	return state, err
}

// refused says that it was the daemon that did not take an archive.
func refused(err error) bool {
	var loadError *LoadError
	var apiError *APIError
	return errors.As(err, &loadError) || errors.As(err, &apiError) || errors.Is(err, errNotWhole)
}

// costWithout is what sending the layers costs that are not in omit, in bytes.
func (l *loader) costWithout(omit layerset.Set) int64 {
	n, bytes := omit.Rest(l.image.Layers)
	return bytes + int64(n)*layerCost
}

// cleanUpTimeout is how long it may take to remove what is of no use.
const cleanUpTimeout = 10 * time.Second

// discard removes what an attempt that failed may have left of our image in the
// containerd store, even if ctx has ended. What has a name, or is whole, stays.
func (l *loader) discard(ctx context.Context) {
	ctx, cancel := context.WithTimeoutCause(context.WithoutCancel(ctx), cleanUpTimeout, l.client.late(cleanUpTimeout))
	defer cancel()
	state, err := l.client.inspect(ctx, l.id())
	if err != nil || len(state.RepoTags) > 0 || l.whole(state) {
		return
	}
	// If it stays, it is an image without a name, which the next load repairs.
	_ = l.client.removeImage(ctx, state.ID)
}
