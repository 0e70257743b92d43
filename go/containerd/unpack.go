package containerd

import (
	"context"
	"crypto/rand"
	"fmt"
	"sort"
	"time"

	diffapi "github.com/containerd/containerd/api/services/diff/v1"
	snapshotsapi "github.com/containerd/containerd/api/services/snapshots/v1"
	"github.com/containerd/containerd/api/types"
	"google.golang.org/grpc/codes"
)

const (
	// snapshotName is the label with the name that a snapshot will have. A
	// snapshotter that can fetch layers by itself looks at it.
	snapshotName = "containerd.io/snapshot.ref"
	// cleanupTime is how long it may take to remove what was begun.
	cleanupTime = 10 * time.Second
)

// unpacked is how many of the layers, from the lowest up, are unpacked. A
// snapshot cannot be there without those below it, which makes a search of it.
func (l *load) unpacked(ctx context.Context) (int, error) {
	var failed error
	absent := func(i int) bool {
		if failed != nil {
			return false
		}
		committed, err := l.isCommitted(ctx, l.chains[i])
		failed = err
		return !committed
	}
	n := len(l.chains)
	if n == 0 || !absent(n-1) {
		return n, failed
	}
	n = sort.Search(n-1, absent)
	return n, failed
}

func (l *load) isCommitted(ctx context.Context, chain string) (bool, error) {
	reply, err := l.snapshots.Stat(ctx, &snapshotsapi.StatSnapshotRequest{Snapshotter: l.snapshotter, Key: chain})
	if hasCode(err, codes.NotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("snapshotter %s: %w (%s chooses another one)", l.snapshotter, err, SnapshotterVariable)
	}
	return reply.GetInfo().GetKind() == snapshotsapi.Kind_COMMITTED, nil
}

// unpack makes the snapshot of a layer whose blob has arrived, on top of the
// one of the layers below.
func (l *load) unpack(ctx context.Context, i int) (err error) {
	key := "extract-" + rand.Text() + " " + l.chains[i]
	parent := ""
	if i > 0 {
		parent = l.chains[i-1]
	}
	labels := map[string]string{snapshotName: l.chains[i]}
	prepared, err := l.snapshots.Prepare(ctx, &snapshotsapi.PrepareSnapshotRequest{
		Snapshotter: l.snapshotter, Key: key, Parent: parent, Labels: labels,
	})
	if hasCode(err, codes.AlreadyExists) {
		// The snapshotter knew the layer.
		return nil
	}
	if err != nil {
		return fmt.Errorf("prepare its snapshot: %w", err)
	}
	committed := false
	defer func() {
		if !committed {
			l.removeSnapshot(ctx, key)
		}
	}()
	if err := l.apply(ctx, i, prepared.Mounts); err != nil {
		return err
	}
	_, err = l.snapshots.Commit(ctx, &snapshotsapi.CommitSnapshotRequest{
		Snapshotter: l.snapshotter, Name: l.chains[i], Key: key, Labels: labels,
	})
	if hasCode(err, codes.AlreadyExists) {
		// Another loader was faster.
		return nil
	}
	if err != nil {
		return fmt.Errorf("commit its snapshot: %w", err)
	}
	committed = true
	return nil
}

// apply has containerd unpack the blob of a layer.
func (l *load) apply(ctx context.Context, i int, mounts []*types.Mount) error {
	layer := l.img.Layers[i]
	reply, err := l.diff.Apply(ctx, &diffapi.ApplyRequest{
		Diff:   &types.Descriptor{MediaType: layerMediaType, Digest: layer.DiffID, Size: layer.Size},
		Mounts: mounts,
	})
	if err != nil {
		return fmt.Errorf("unpack: %w", err)
	}
	if got := reply.GetApplied().GetDigest(); got != layer.DiffID {
		return fmt.Errorf("unpack: containerd read %s from the blob %s: its content store is damaged: remove the blob (ctr content rm) and load again", got, layer.DiffID)
	}
	return nil
}

// removeSnapshot removes what was begun, even if the load was interrupted. If
// it fails, the lease's end does it.
func (l *load) removeSnapshot(ctx context.Context, key string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanupTime)
	defer cancel()
	_, _ = l.snapshots.Remove(ctx, &snapshotsapi.RemoveSnapshotRequest{Snapshotter: l.snapshotter, Key: key})
}
