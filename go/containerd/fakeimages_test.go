package containerd

import (
	"context"
	"encoding/json"
	"strings"

	diffapi "github.com/containerd/containerd/api/services/diff/v1"
	imagesapi "github.com/containerd/containerd/api/services/images/v1"
	snapshotsapi "github.com/containerd/containerd/api/services/snapshots/v1"
	"github.com/containerd/containerd/api/types"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/rules-strata/rules_strata/go/ocilayout"
)

func (f fakeImages) Get(_ context.Context, r *imagesapi.GetImageRequest) (*imagesapi.GetImageResponse, error) {
	if i := f.images[r.Name]; i != nil {
		return &imagesapi.GetImageResponse{Image: i}, nil
	}
	return nil, status.Errorf(codes.NotFound, "image %q: not found", r.Name)
}

func (f fakeImages) Create(_ context.Context, r *imagesapi.CreateImageRequest) (*imagesapi.CreateImageResponse, error) {
	if f.images[r.Image.Name] != nil {
		return nil, status.Errorf(codes.AlreadyExists, "image %q: already exists", r.Image.Name)
	}
	f.wantWhole(r.Image.Target)
	f.images[r.Image.Name] = r.Image
	return &imagesapi.CreateImageResponse{Image: r.Image}, nil
}

func (f fakeImages) Update(_ context.Context, r *imagesapi.UpdateImageRequest) (*imagesapi.UpdateImageResponse, error) {
	i := f.images[r.Image.Name]
	if i == nil {
		return nil, status.Errorf(codes.NotFound, "image %q: not found", r.Image.Name)
	}
	for _, path := range r.UpdateMask.GetPaths() {
		switch label, ok := strings.CutPrefix(path, "labels."); {
		case path == "target":
			f.wantWhole(r.Image.Target)
			i.Target = r.Image.Target
		case ok && r.Image.Labels[label] == "":
			delete(i.Labels, label)
		default:
			return nil, status.Errorf(codes.InvalidArgument, "cannot update %s", path)
		}
	}
	return &imagesapi.UpdateImageResponse{Image: i}, nil
}

// wantWhole checks what a name is about to mean.
func (f *fake) wantWhole(target *types.Descriptor) {
	b := f.blobs[target.Digest]
	if b == nil || int64(len(b.data)) != target.Size || target.MediaType != ocilayout.ManifestMediaType {
		f.t.Errorf("a name for the manifest %v, which is not there", target)
		return
	}
	m, err := ocilayout.ParseManifest(b.data)
	if err != nil {
		f.t.Error(err)
		return
	}
	refers := map[string]bool{}
	for _, digest := range b.labels {
		refers[digest] = true
	}
	for _, d := range append(m.Layers, m.Config) {
		if blob := f.blobs[d.Digest]; blob == nil || int64(len(blob.data)) != d.Size || !refers[d.Digest] {
			f.t.Errorf("a name for a manifest whose blob %v is not there, or which no label refers to: %v", d, b.labels)
		}
	}
	config := f.blobs[m.Config.Digest]
	if config == nil {
		return
	}
	var rootfs struct {
		RootFS struct {
			DiffIDs []string `json:"diff_ids"`
		} `json:"rootfs"`
	}
	if err := json.Unmarshal(config.data, &rootfs); err != nil {
		f.t.Error(err)
	}
	chain := ""
	for _, id := range rootfs.RootFS.DiffIDs {
		if chain = strings.TrimSpace(chain + " " + id); chain != id {
			chain = ocilayout.Digest([]byte(chain))
		}
		if s := f.snapshots[chain]; s == nil || s.Kind != snapshotsapi.Kind_COMMITTED {
			f.t.Errorf("a name for an image whose snapshot %s is %v", chain, s)
		}
	}
	if got := config.labels[refersToSnapshot+defaultSnapshotter]; got != chain {
		f.t.Errorf("the config refers to the snapshot %q, want %q", got, chain)
	}
}

func (f fakeSnapshots) Stat(_ context.Context, r *snapshotsapi.StatSnapshotRequest) (*snapshotsapi.StatSnapshotResponse, error) {
	if r.Snapshotter != defaultSnapshotter {
		return nil, status.Errorf(codes.InvalidArgument, "snapshotter not loaded: %s: invalid argument", r.Snapshotter)
	}
	if s := f.snapshots[r.Key]; s != nil {
		return &snapshotsapi.StatSnapshotResponse{Info: s}, nil
	}
	return nil, status.Error(codes.NotFound, "snapshot does not exist: not found")
}

func (f fakeSnapshots) Prepare(_ context.Context, r *snapshotsapi.PrepareSnapshotRequest) (*snapshotsapi.PrepareSnapshotResponse, error) {
	if parent := f.snapshots[r.Parent]; r.Parent != "" && (parent == nil || parent.Kind != snapshotsapi.Kind_COMMITTED) {
		return nil, status.Errorf(codes.NotFound, "parent snapshot %s does not exist: not found", r.Parent)
	}
	if f.snapshots[r.Key] != nil {
		return nil, status.Errorf(codes.AlreadyExists, "snapshot %s: already exists", r.Key)
	}
	f.snapshots[r.Key] = &snapshotsapi.Info{Name: r.Key, Parent: r.Parent, Kind: snapshotsapi.Kind_ACTIVE}
	return &snapshotsapi.PrepareSnapshotResponse{Mounts: []*types.Mount{{Type: "bind", Source: r.Key}}}, nil
}

func (f fakeSnapshots) Commit(_ context.Context, r *snapshotsapi.CommitSnapshotRequest) (*emptypb.Empty, error) {
	s := f.snapshots[r.Key]
	if s == nil {
		return nil, status.Errorf(codes.NotFound, "snapshot %s: not found", r.Key)
	}
	if f.snapshots[r.Name] != nil {
		return nil, status.Errorf(codes.AlreadyExists, "snapshot %s: already exists", r.Name)
	}
	delete(f.snapshots, r.Key)
	f.snapshots[r.Name] = &snapshotsapi.Info{Name: r.Name, Parent: s.Parent, Kind: snapshotsapi.Kind_COMMITTED, Labels: r.Labels}
	return &emptypb.Empty{}, nil
}

func (f fakeSnapshots) Remove(_ context.Context, r *snapshotsapi.RemoveSnapshotRequest) (*emptypb.Empty, error) {
	delete(f.snapshots, r.Key)
	return &emptypb.Empty{}, nil
}

func (f fakeDiff) Apply(_ context.Context, r *diffapi.ApplyRequest) (*diffapi.ApplyResponse, error) {
	b := f.blobs[r.Diff.Digest]
	if b == nil || len(r.Mounts) != 1 || r.Diff.MediaType != layerMediaType {
		return nil, status.Errorf(codes.NotFound, "cannot apply %v to %v: not found", r.Diff, r.Mounts)
	}
	return &diffapi.ApplyResponse{Applied: &types.Descriptor{Digest: ocilayout.Digest(b.data), Size: int64(len(b.data))}}, nil
}
