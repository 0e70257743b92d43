package podman

import (
	"context"
	"errors"
	"maps"
	"regexp"
	"slices"

	"github.com/rules-strata/rules_strata/go/daemon"
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
	omit := map[string]bool{}
	for _, name := range l.image.RepoTags {
		if err := l.omitThoseOf(ctx, fullName(name), omit); err != nil {
			return "", err
		}
	}
	if l.bytesWithout(omit) >= worthAsking {
		if err := l.omitThoseOfRelatives(ctx, omit); err != nil {
			return "", err
		}
	}
	if l.bytesWithout(omit) >= worthAsking {
		all := l.below(len(l.image.Layers))
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
func (l *loader) omitAfter(refusal error, all, known map[string]bool) map[string]bool {
	missing, ok := l.lowestMissing(refusal, all)
	if !ok {
		return nil
	}
	omit := l.below(missing)
	maps.Copy(omit, known)
	delete(omit, l.image.Layers[missing].DiffID)
	return omit
}

// omitThoseOf adds to omit the layers of ours that another image has, if that
// is there.
func (l *loader) omitThoseOf(ctx context.Context, ref string, omit map[string]bool) error {
	other, err := l.lookUp(ctx, ref)
	if err != nil {
		return err
	}
	for _, layer := range l.image.Layers {
		if slices.Contains(other.diffIDs, layer.DiffID) {
			omit[layer.DiffID] = true
		}
	}
	return nil
}

// omitThoseOfRelatives adds to omit the layers of ours that some other images
// have: first those with a name of ours that has another tag, last those
// without a name.
func (l *loader) omitThoseOfRelatives(ctx context.Context, omit map[string]bool) error {
	images, err := l.engine.list(ctx)
	if err != nil {
		return err
	}
	var full, repositories []string
	for _, name := range l.image.RepoTags {
		repository, _ := splitName(fullName(name))
		full, repositories = append(full, fullName(name)), append(repositories, repository)
	}
	distance := func(i image) int {
		if len(i.names) == 0 {
			return 2
		}
		for _, name := range i.names {
			if repository, _ := splitName(name); slices.Contains(repositories, repository) {
				return 0
			}
		}
		return 1
	}
	slices.SortStableFunc(images, func(a, b image) int { return distance(a) - distance(b) })
	for _, i := range images[:min(maxRelatives, len(images))] {
		if slices.ContainsFunc(i.names, func(name string) bool { return slices.Contains(full, name) }) {
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

var hexDigest = regexp.MustCompile(`\b[0-9a-f]{64}\b`)

// lowestMissing is the lowest of the layers in omit that a refusal names.
func (l *loader) lowestMissing(err error, omit map[string]bool) (layer int, ok bool) {
	if !refused(err) {
		return 0, false
	}
	named := map[string]bool{}
	for _, digits := range hexDigest.FindAllString(err.Error(), -1) {
		named[digestPrefix+digits] = true
	}
	for i, layer := range l.image.Layers {
		if named[layer.DiffID] && omit[layer.DiffID] {
			return i, true
		}
	}
	return 0, false
}

// below are the layers below number n.
func (l *loader) below(n int) map[string]bool {
	layers := make(map[string]bool, n)
	for _, layer := range l.image.Layers[:n] {
		layers[layer.DiffID] = true
	}
	return layers
}

// bytesWithout is the size of the layers that are not in omit.
func (l *loader) bytesWithout(omit map[string]bool) int64 {
	var n int64
	for _, layer := range l.image.Layers {
		if !omit[layer.DiffID] {
			n += layer.Size
		}
	}
	return n
}
