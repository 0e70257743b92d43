package containerd

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"

	"github.com/rules-strata/rules_strata/go/archive"
	"github.com/rules-strata/rules_strata/go/engine"
	"github.com/rules-strata/rules_strata/go/progress"
)

// Load brings an image to containerd: the blobs that it lacks, several at once,
// the snapshots that it lacks, and then the names. A layer is unpacked as soon
// as it has arrived and those below it are unpacked.
//
// If Load is interrupted, no name has changed, or some of them have and mean
// the whole image; what was sent is kept for a day, and the next load goes on
// from there, in the middle of a layer if need be.
func (c *Client) Load(ctx context.Context, img archive.Image, p *progress.Reporter) (engine.Loaded, error) {
	p.SetTotal(len(img.Layers))
	l := &load{Client: c, img: img, progress: p}
	if err := l.run(ctx); err != nil {
		return engine.Loaded{}, fmt.Errorf("load an image: %w", c.named(err))
	}
	return engine.Loaded{ID: l.manifest.digest, Names: l.names}, nil
}

// load is one image on its way.
type load struct {
	*Client
	img         archive.Image
	progress    *progress.Reporter
	names       []string
	manifest    document
	chains      []string // chain IDs, which are the names of the snapshots
	snapshotter string
}

func (l *load) run(ctx context.Context) (err error) {
	if l.names, err = fullNames(l.img.RepoTags); err != nil {
		return err
	}
	if l.manifest, err = newManifest(l.img); err != nil {
		return err
	}
	l.chains = chainIDs(l.img.Layers)
	if l.snapshotter, err = l.chosenSnapshotter(ctx); err != nil {
		return err
	}
	if loaded, err := l.isLoaded(ctx); err != nil || loaded {
		return err
	}
	lease, err := l.newLease(ctx)
	if err != nil {
		return fmt.Errorf("lease: %w", err)
	}
	if err := l.bring(lease.outgoing(ctx)); err != nil {
		return err
	}
	for _, name := range l.names {
		if err := l.setTarget(ctx, name, l.manifest); err != nil {
			return fmt.Errorf("name %s: %w", name, err)
		}
	}
	lease.end(ctx)
	return nil
}

// isLoaded says whether nothing is to be done.
func (l *load) isLoaded(ctx context.Context) (bool, error) {
	for _, name := range l.names {
		if target, err := l.target(ctx, name); err != nil || target != l.manifest.digest {
			return false, err
		}
	}
	missing, err := l.missing(ctx, l.manifest.digest, l.config().digest)
	if err != nil || len(missing) > 0 {
		return false, err
	}
	unpacked, err := l.unpacked(ctx)
	return unpacked == len(l.chains), err
}

// missing are the digests of the layers, and of the others that are asked for,
// that containerd does not have.
func (l *load) missing(ctx context.Context, others ...string) (map[string]bool, error) {
	missing := map[string]bool{}
	for _, digest := range others {
		missing[digest] = true
	}
	for _, layer := range l.img.Layers {
		missing[layer.DiffID] = true
	}
	present, err := l.present(ctx, missing)
	for _, digest := range present {
		delete(missing, digest)
	}
	return missing, err
}

func (l *load) config() document {
	top := ""
	if len(l.chains) > 0 {
		top = l.chains[len(l.chains)-1]
	}
	return newConfig(l.img, l.snapshotter, top)
}

// bring brings all but the names. The manifest comes first: its labels keep the
// layers that are there already from now on, and so only now it is safe to ask
// which of them are.
func (l *load) bring(ctx context.Context) error {
	for _, d := range []document{l.manifest, l.config()} {
		if err := l.putDocument(ctx, d); err != nil {
			return fmt.Errorf("%s: %w", d.name, err)
		}
	}
	missing, err := l.missing(ctx)
	if err != nil {
		return err
	}
	return l.putLayers(ctx, missing)
}

// senders is how many layers are in flight at most.
const senders = 3

// putLayers sends the layers that are missing, and unpacks those that are not
// unpacked.
func (l *load) putLayers(ctx context.Context, missing map[string]bool) error {
	unpacked, err := l.unpacked(ctx)
	if err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	arrived := make(map[string]chan struct{}, len(missing))
	for digest := range missing {
		arrived[digest] = make(chan struct{})
	}
	waiting := make(chan int, len(l.img.Layers))
	for i, layer := range l.img.Layers {
		if missing[layer.DiffID] {
			missing[layer.DiffID] = false
			waiting <- i
		}
	}
	close(waiting)
	for range senders {
		group.Go(func() error {
			for i := range waiting {
				if err := l.sendLayer(ctx, i); err != nil {
					return l.layerError(i, err)
				}
				close(arrived[l.img.Layers[i].DiffID])
			}
			return nil
		})
	}
	group.Go(func() error {
		for i := unpacked; i < len(l.chains); i++ {
			if ready := arrived[l.img.Layers[i].DiffID]; ready != nil {
				select {
				case <-ready:
				case <-ctx.Done():
					return ctx.Err()
				}
			}
			if err := l.unpack(ctx, i); err != nil {
				return l.layerError(i, err)
			}
		}
		return nil
	})
	return group.Wait()
}

// sendLayer sends the blob of a layer.
func (l *load) sendLayer(ctx context.Context, i int) error {
	layer := l.img.Layers[i]
	item := l.progress.Begin(l.describe(i), layer.Size)
	existed, err := l.put(ctx, source{
		ref:    ref(layer.DiffID),
		digest: layer.DiffID,
		size:   layer.Size,
		labels: map[string]string{uncompressedID: layer.DiffID},
		write:  layer.WriteChecked,
		item:   item,
	})
	if existed {
		item.End(errors.New("another program sent it"))
	} else {
		item.End(err)
	}
	return err
}

func (l *load) describe(i int) string {
	if d := l.img.Layers[i].Describe; d != "" {
		return d
	}
	return fmt.Sprintf("layer %d of %d", i+1, len(l.img.Layers))
}

func (l *load) layerError(i int, err error) error {
	if d := l.img.Layers[i].Describe; d != "" {
		return fmt.Errorf("layer %d of %d (%s): %w", i+1, len(l.img.Layers), d, err)
	}
	return fmt.Errorf("layer %d of %d: %w", i+1, len(l.img.Layers), err)
}
