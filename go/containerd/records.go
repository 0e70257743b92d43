package containerd

import (
	"context"

	imagesapi "github.com/containerd/containerd/api/services/images/v1"
	namespacesapi "github.com/containerd/containerd/api/services/namespaces/v1"
	"github.com/containerd/containerd/api/types"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/rules-strata/rules_strata/go/ocilayout"
)

const (
	// snapshotterLabel is a namespace's own choice of snapshotter.
	snapshotterLabel   = "containerd.io/defaults/snapshotter"
	defaultSnapshotter = "overlayfs"
	// managedLabel is on the images that Kubernetes knows. It has to go when a
	// name gets another image, for Kubernetes to hear of that.
	managedLabel = "io.cri-containerd.image"
)

// chosenSnapshotter is the snapshotter to use.
func (c *Client) chosenSnapshotter(ctx context.Context) (string, error) {
	if c.snapshotter != "" {
		return c.snapshotter, nil
	}
	reply, err := c.namespaces.Get(ctx, &namespacesapi.GetNamespaceRequest{Name: c.namespace})
	if hasCode(err, codes.NotFound) {
		return defaultSnapshotter, nil
	}
	if err != nil {
		return "", err
	}
	if s := reply.GetNamespace().GetLabels()[snapshotterLabel]; s != "" {
		return s, nil
	}
	return defaultSnapshotter, nil
}

// target is the digest that a name stands for, empty if it stands for none.
func (c *Client) target(ctx context.Context, name string) (string, error) {
	reply, err := c.images.Get(ctx, &imagesapi.GetImageRequest{Name: name})
	if hasCode(err, codes.NotFound) {
		return "", nil
	}
	return reply.GetImage().GetTarget().GetDigest(), err
}

// setTarget makes a name stand for a manifest.
func (c *Client) setTarget(ctx context.Context, name string, manifest document) error {
	record := &imagesapi.Image{
		Name: name,
		Target: &types.Descriptor{
			MediaType: ocilayout.ManifestMediaType,
			Digest:    manifest.digest,
			Size:      int64(len(manifest.data)),
		},
	}
	_, err := c.images.Create(ctx, &imagesapi.CreateImageRequest{Image: record})
	if hasCode(err, codes.AlreadyExists) {
		// The other labels of the record stay: somebody may have pinned the image.
		mask := &fieldmaskpb.FieldMask{Paths: []string{"target", "labels." + managedLabel}}
		_, err = c.images.Update(ctx, &imagesapi.UpdateImageRequest{Image: record, UpdateMask: mask})
	}
	return err
}
