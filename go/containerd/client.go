// Package containerd loads images straight into containerd, through its own
// gRPC API, and runs them there: for those who use nerdctl, ctr, k3s or any
// other program on top of a containerd without Docker.
//
// An image is there when containerd has four things: the blobs (the layers,
// the config and the manifest) in its content store; the layers unpacked, one
// upon the other, as snapshots that are named by chain IDs (OCI image
// specification v1.1, "Layer ChainID"); labels on the blobs that say to the
// garbage collector what refers to what; and a record that gives the manifest
// a name. Load looks for what is missing and sends that, under a lease, which
// keeps the garbage collector away from what no name refers to yet. The blobs
// of the layers are the uncompressed tars, whose digests are the diff IDs.
//
// Kubernetes sees the images of the namespace "k8s.io". Its part of containerd
// (CRI) hears of a new name, and then marks the image as its own with the label
// io.cri-containerd.image=managed and makes a second name for it, the image's
// ID. A client that set the label itself would keep it from that.
package containerd

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	contentapi "github.com/containerd/containerd/api/services/content/v1"
	diffapi "github.com/containerd/containerd/api/services/diff/v1"
	imagesapi "github.com/containerd/containerd/api/services/images/v1"
	leasesapi "github.com/containerd/containerd/api/services/leases/v1"
	namespacesapi "github.com/containerd/containerd/api/services/namespaces/v1"
	snapshotsapi "github.com/containerd/containerd/api/services/snapshots/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/rules-strata/rules_strata/go/endpoint"
	"github.com/rules-strata/rules_strata/go/engine"
)

// DefaultNamespace is where images and containers are when nothing else is
// asked for. Those of Kubernetes are in "k8s.io".
const DefaultNamespace = "default"

// SnapshotterVariable is the environment variable that chooses a snapshotter,
// here as for ctr and nerdctl.
const SnapshotterVariable = "CONTAINERD_SNAPSHOTTER"

// Options say which part of containerd is used.
type Options struct {
	// Namespace is containerd's, not the kernel's. Empty is DefaultNamespace.
	Namespace string
	// Snapshotter is what unpacks layers. Empty is the namespace's own default,
	// or else overlayfs.
	Snapshotter string
}

// Client is containerd, seen from one of its namespaces.
type Client struct {
	at          *endpoint.Endpoint
	namespace   string
	snapshotter string        // empty: the namespace's default
	pause       time.Duration // before the second try
	patience    time.Duration // for an answer
	pingTimeout time.Duration // for an answer that needs no work
	maxStalls   int           // how often a live one may be found not to have taken a message

	conn       *grpc.ClientConn
	content    contentapi.ContentClient
	diff       diffapi.DiffClient
	images     imagesapi.ImagesClient
	leases     leasesapi.LeasesClient
	namespaces namespacesapi.NamespacesClient
	snapshots  snapshotsapi.SnapshotsClient
}

var _ engine.Engine = (*Client)(nil)

const (
	// maxMessage is the size of a message that is taken from containerd, which
	// sends no larger ones, in bytes.
	maxMessage = 16 << 20
	// maxSilence is how long containerd may take to answer what takes it no time.
	maxSilence = time.Minute
	// maxPing is how long it may take to tell its version.
	maxPing = 30 * time.Second
	// maxStalls is how often in a row a containerd that tells its version may be
	// found not to have taken a message with a part of a blob.
	maxStalls = 5
	// firstPause is how long a client waits before it tries for a second time.
	firstPause = 100 * time.Millisecond
	// maxPause is how long it waits at most.
	maxPause = 2 * time.Second
)

// Find is the containerd that ctr and nerdctl would use: the one at host, if
// that is not empty, else at CONTAINERD_ADDRESS, else at
// /run/containerd/containerd.sock, with the namespace of CONTAINERD_NAMESPACE
// and the snapshotter of CONTAINERD_SNAPSHOTTER. It answers.
//
// The error is one of package endpoint's types if there is no containerd.
func Find(ctx context.Context, host string) (*Client, error) {
	at, err := endpoint.FindContainerd(host)
	if err != nil {
		return nil, err
	}
	c, err := New(at, Options{Namespace: endpoint.ContainerdNamespace(), Snapshotter: os.Getenv(SnapshotterVariable)})
	if err != nil {
		return nil, err
	}
	if _, err := c.Ping(ctx); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// New is a client that connects when it is first used.
func New(at *endpoint.Endpoint, o Options) (*Client, error) {
	c := &Client{
		at: at, namespace: o.Namespace, snapshotter: o.Snapshotter,
		pause: firstPause, patience: maxSilence, pingTimeout: maxPing, maxStalls: maxStalls,
	}
	if c.namespace == "" {
		c.namespace = DefaultNamespace
	}
	dial := backoff.Config{BaseDelay: firstPause, Multiplier: 2, Jitter: 0.2, MaxDelay: maxPause}
	conn, err := grpc.NewClient("passthrough:///containerd",
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return at.DialContext(ctx) }),
		grpc.WithAuthority("localhost"),
		grpc.WithDisableServiceConfig(),
		grpc.WithConnectParams(grpc.ConnectParams{Backoff: dial, MinConnectTimeout: 5 * time.Second}),
		grpc.WithUnaryInterceptor(c.call),
		grpc.WithStreamInterceptor(c.open),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(maxMessage)),
	)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c, err)
	}
	c.conn = conn
	c.content = contentapi.NewContentClient(conn)
	c.diff = diffapi.NewDiffClient(conn)
	c.images = imagesapi.NewImagesClient(conn)
	c.leases = leasesapi.NewLeasesClient(conn)
	c.namespaces = namespacesapi.NewNamespacesClient(conn)
	c.snapshots = snapshotsapi.NewSnapshotsClient(conn)
	return c, nil
}

// String is "containerd at unix:///run/containerd/containerd.sock, namespace
// default".
func (c *Client) String() string {
	return fmt.Sprintf("containerd at %s, namespace %s", c.at, c.namespace)
}

// Close ends the connection.
func (c *Client) Close() error { return c.conn.Close() }

// Ping finds out whether containerd answers, and returns its version, "2.1.9".
func (c *Client) Ping(ctx context.Context) (version string, err error) {
	version, err = c.version(ctx)
	if err != nil {
		return "", c.named(err)
	}
	return version, nil
}

// named is an error of containerd's with its name, unless it has that.
func (c *Client) named(err error) error {
	if known := endpoint.Explain(err); known != nil {
		return known
	}
	return fmt.Errorf("%s: %w", c, err)
}
