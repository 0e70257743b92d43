package containerd

import (
	"context"
	"crypto/rand"
	"time"

	leasesapi "github.com/containerd/containerd/api/services/leases/v1"
	"google.golang.org/grpc/metadata"
)

const (
	// expiryLabel says when a lease ends by itself.
	expiryLabel = "containerd.io/gc.expire"
	// leaseTime is how long what a killed loader sent is kept for the next one.
	// containerd's own client takes as long.
	leaseTime = 24 * time.Hour
)

// lease is what keeps the garbage collector away from what belongs to no image
// yet.
type lease struct {
	client *Client
	id     string
}

func (c *Client) newLease(ctx context.Context) (*lease, error) {
	l := &lease{client: c, id: "strata-" + rand.Text()}
	_, err := c.leases.Create(ctx, &leasesapi.CreateRequest{
		ID:     l.id,
		Labels: map[string]string{expiryLabel: time.Now().Add(leaseTime).UTC().Format(time.RFC3339)},
	})
	return l, err
}

// outgoing is a context whose requests add what they make to the lease.
func (l *lease) outgoing(ctx context.Context) context.Context {
	return metadata.AppendToOutgoingContext(ctx, leaseHeader, l.id)
}

// end gives up the lease once the image has its names. It ends by itself if
// that fails.
func (l *lease) end(ctx context.Context) {
	_, _ = l.client.leases.Delete(ctx, &leasesapi.DeleteRequest{ID: l.id})
}
