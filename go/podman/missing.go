package podman

import (
	"context"
	"errors"
	"slices"

	"github.com/rules-strata/rules_strata/go/daemon"
	"github.com/rules-strata/rules_strata/go/layerset"
	"github.com/rules-strata/rules_strata/go/reference"
)

const (
	// worthAsking is how many bytes take longer to be sent than to ask Podman
	// which of them it has.
	worthAsking = 8 << 20
	// maxRelatives is how many images are looked at to find layers that ours
	// has too.
	maxRelatives = 6
)

// send sends the layers that Podman lacks and returns the image's ID. Podman
// has no request that lists layers. Those that it has are found in the images
// that have our names; and if there is much left to send, in other images, and
// by an archive without layers, of which Podman names the lowest that it lacks:
// those below it are there, be it from a load that was killed.
func (l *loader) send(ctx context.Context) (id string, err error) {
	omit := layerset.Set{}
	for _, name := range l.names {
		if err := l.omitThoseOf(ctx, name, omit); err != nil {
			return "", err
		}
	}
	if l.bytesWithout(omit) >= worthAsking {
		if err := l.omitThoseOfRelatives(ctx, omit); err != nil {
			return "", err
		}
	}
	if l.bytesWithout(omit) >= worthAsking {
		all := layerset.Of(l.image.Layers)
		id, err := l.transfer(ctx, all)
		if err == nil || !refused(err) {
			return id, err
		}
		omit = l.omitAfter(err, all, omit)
	}
	id, err = l.transfer(ctx, omit)
	if len(omit) > 0 && refused(err) {
		// An image that had a layer was removed in the meantime, or is damaged.
		return l.transfer(ctx, nil)
	}
	return id, err
}

// omitAfter is what to omit after an archive without all layers was refused,
// and known is omitted anyway.
func (l *loader) omitAfter(refusal error, all, known layerset.Set) layerset.Set {
	missing, ok := all.LowestNamed(l.image.Layers, refusal.Error())
	if !ok {
		return nil
	}
	// It knows layers one by one: one that is above it, too, is there.
	omit := layerset.Of(l.image.Layers[:missing])
	omit.Add(known)
	delete(omit, l.image.Layers[missing].DiffID)
	return omit
}

// omitThoseOf adds to omit the layers of ours that another image has, if that
// is there.
func (l *loader) omitThoseOf(ctx context.Context, ref string, omit layerset.Set) error {
	other, err := l.lookUp(ctx, ref)
	if err != nil {
		return err
	}
	omit.Add(layerset.Common(l.image.Layers, other.diffIDs))
	return nil
}

// omitThoseOfRelatives adds to omit the layers of ours that some other images
// have: first those with a name of ours that has another tag, last those
// without a name.
func (l *loader) omitThoseOfRelatives(ctx context.Context, omit layerset.Set) error {
	images, err := l.engine.list(ctx)
	if err != nil {
		return err
	}
	var repositories []string
	for _, name := range l.names {
		repository, _ := reference.Split(name)
		repositories = append(repositories, repository)
	}
	distance := func(i image) int {
		if len(i.names) == 0 {
			return 2
		}
		for _, name := range i.names {
			if repository, _ := reference.Split(name); slices.Contains(repositories, repository) {
				return 0
			}
		}
		return 1
	}
	slices.SortStableFunc(images, func(a, b image) int { return distance(a) - distance(b) })
	for _, i := range images[:min(maxRelatives, len(images))] {
		if slices.ContainsFunc(i.names, func(name string) bool { return slices.Contains(l.names, name) }) {
			continue // we know it
		}
		if err := l.omitThoseOf(ctx, i.id, omit); err != nil {
			return err
		}
		if l.bytesWithout(omit) < worthAsking {
			return nil
		}
	}
	return nil
}

// refused says that it was Podman that did not take an archive.
func refused(err error) bool {
	var refusal *daemon.APIError
	return errors.As(err, &refusal)
}

// bytesWithout is the size of the layers that are not in omit.
func (l *loader) bytesWithout(omit layerset.Set) int64 {
	_, bytes := omit.Rest(l.image.Layers)
	return bytes
}
