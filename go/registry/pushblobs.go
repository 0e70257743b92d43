package registry

import (
	"context"
	"sync"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/partial"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"golang.org/x/sync/errgroup"

	"github.com/rules-strata/rules_strata/go/progress"
)

// blobs sends the blobs of images, several at a time, each once.
func (p *push) blobs(ctx context.Context, images []*checkedParts) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(p.client.options.Jobs)
	var mu sync.Mutex // for p.pushed
	known := map[v1.Hash]bool{}
	for _, c := range images {
		for _, l := range c.blobs {
			if known[l.Digest] {
				continue
			}
			known[l.Digest] = true
			group.Go(func() error {
				o, n, err := p.blob(ctx, l)
				if err != nil {
					return err
				}
				mu.Lock()
				defer mu.Unlock()
				p.pushed.count(o, n)
				return nil
			})
		}
	}
	return group.Wait()
}

func (p *Pushed) count(o outcome, bytes int64) {
	switch o {
	case sent:
		p.Sent++
		p.Bytes += bytes
	case mounted:
		p.Mounted++
	case present:
		p.Present++
	}
}

// blob sees to it that the registry has a blob.
func (p *push) blob(ctx context.Context, l *Layer) (outcome, int64, error) {
	if !types.MediaType(l.MediaType).IsDistributable() && !p.client.options.ForeignLayers {
		return present, 0, nil
	}
	s := &sending{}
	if !l.config {
		s.begin = func() *progress.Item { return p.client.options.Progress.Begin(l.Name, l.Size) }
	}
	var layer v1.Layer = &blobLayer{ctx, l}
	if from, ok := p.source(ctx, l); ok {
		layer = &remote.MountableLayer{Layer: layer, Reference: from.Digest(l.Digest.String())}
	}
	err := p.pusher.Upload(withSending(ctx, s), p.repo, layer)
	o, n := s.end(err)
	return o, n, err
}

// source is a repository of the same registry to mount a layer from. If there
// are several, those that have it are preferred.
func (p *push) source(ctx context.Context, l *Layer) (name.Repository, bool) {
	var candidates []name.Repository
	for _, r := range l.From {
		if r.RegistryStr() == p.repo.RegistryStr() && r.Name() != p.repo.Name() && p.mayMount {
			candidates = append(candidates, r)
		}
	}
	for i, r := range candidates {
		if i == len(candidates)-1 {
			return r, true
		}
		there, err := p.puller.Layer(ctx, r.Digest(l.Digest.String()))
		if err != nil {
			continue
		}
		if ok, err := partial.Exists(there); err == nil && ok {
			return r, true
		}
	}
	return name.Repository{}, false
}
