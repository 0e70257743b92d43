package containerd

import (
	"context"
	"maps"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	contentapi "github.com/containerd/containerd/api/services/content/v1"
	diffapi "github.com/containerd/containerd/api/services/diff/v1"
	imagesapi "github.com/containerd/containerd/api/services/images/v1"
	leasesapi "github.com/containerd/containerd/api/services/leases/v1"
	namespacesapi "github.com/containerd/containerd/api/services/namespaces/v1"
	snapshotsapi "github.com/containerd/containerd/api/services/snapshots/v1"
	versionapi "github.com/containerd/containerd/api/services/version/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/rules-strata/rules_strata/go/endpoint"
)

var background = context.Background()

// fake plays a containerd on a Unix socket, with one namespace.
type fake struct {
	versionapi.UnimplementedVersionServer

	t      *testing.T
	client *Client
	socket string

	mu        sync.Mutex
	requests  map[string]int // by "Service/Method"
	received  int64          // bytes of content
	blobs     map[string]*fakeBlob
	ingests   map[string]*fakeIngest
	images    map[string]*imagesapi.Image
	snapshots map[string]*snapshotsapi.Info
	leases    map[string]bool
	// expired are leases that ended by themselves: what a load that failed had under
	// way may come after that.
	expired map[string]bool
	labels  map[string]string // of the namespace

	// fail is asked before each request, "Service/Method", the how manieth of
	// its kind it is.
	fail func(method string, n int) error
	// failWrite is asked before and after each message that sends content. An
	// error ends the stream.
	failWrite func(w write) error
}

// The fake has services whose methods have the same names.
type (
	fakeNamespaces struct {
		namespacesapi.UnimplementedNamespacesServer
		*fake
	}
	fakeLeases struct {
		leasesapi.UnimplementedLeasesServer
		*fake
	}
	fakeContent struct {
		contentapi.UnimplementedContentServer
		*fake
	}
	fakeImages struct {
		imagesapi.UnimplementedImagesServer
		*fake
	}
	fakeSnapshots struct {
		snapshotsapi.UnimplementedSnapshotsServer
		*fake
	}
	fakeDiff struct {
		diffapi.UnimplementedDiffServer
		*fake
	}
)

func startFake(t *testing.T) *fake {
	t.Helper()
	// t.TempDir is too long for the path of a socket.
	dir, err := os.MkdirTemp("", "containerd")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	f := &fake{
		t: t, socket: filepath.Join(dir, "s"), requests: map[string]int{},
		blobs: map[string]*fakeBlob{}, ingests: map[string]*fakeIngest{}, images: map[string]*imagesapi.Image{},
		snapshots: map[string]*snapshotsapi.Info{}, leases: map[string]bool{}, expired: map[string]bool{}, labels: map[string]string{},
	}
	listener, err := net.Listen("unix", f.socket)
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer(grpc.UnaryInterceptor(f.call), grpc.StreamInterceptor(f.open))
	versionapi.RegisterVersionServer(server, f)
	namespacesapi.RegisterNamespacesServer(server, fakeNamespaces{fake: f})
	leasesapi.RegisterLeasesServer(server, fakeLeases{fake: f})
	contentapi.RegisterContentServer(server, fakeContent{fake: f})
	imagesapi.RegisterImagesServer(server, fakeImages{fake: f})
	snapshotsapi.RegisterSnapshotsServer(server, fakeSnapshots{fake: f})
	diffapi.RegisterDiffServer(server, fakeDiff{fake: f})
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	f.client = f.newClient(Options{})
	return f
}

func (f *fake) newClient(o Options) *Client {
	f.t.Helper()
	c := clientAt(f.t, f.socket, o)
	c.pause = time.Millisecond
	return c
}

func clientAt(t *testing.T, socket string, o Options) *Client {
	t.Helper()
	at, err := endpoint.FindContainerd(socket)
	if err != nil {
		t.Fatal(err)
	}
	c, err := New(at, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func (f *fake) call(ctx context.Context, request any, info *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (any, error) {
	if err := f.count(ctx, info.FullMethod); err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return handle(ctx, request)
}

func (f *fake) open(server any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handle grpc.StreamHandler) error {
	if err := f.count(stream.Context(), info.FullMethod); err != nil {
		return err
	}
	return handle(server, stream)
}

func (f *fake) count(ctx context.Context, fullMethod string) error {
	parts := strings.Split(fullMethod, "/")
	services := strings.Split(parts[1], ".")
	method := services[len(services)-1] + "/" + parts[2]
	headers, _ := metadata.FromIncomingContext(ctx)
	if ns := headers.Get(namespaceHeader); len(ns) != 1 || ns[0] != f.client.namespace {
		f.t.Errorf("%s: namespace %q", method, ns)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	lease := strings.Join(headers.Get(leaseHeader), ",")
	if makes := strings.HasSuffix(method, "/Write") || strings.HasSuffix(method, "/Prepare"); makes && !f.leases[lease] && !f.expired[lease] {
		f.t.Errorf("%s: lease %q of %v", method, lease, f.leases)
	}
	f.requests[method]++
	if f.fail != nil {
		return f.fail(method, f.requests[method])
	}
	return nil
}

// expire ends all leases, as containerd does at some time.
func (f *fake) expire() {
	f.mu.Lock()
	defer f.mu.Unlock()
	maps.Copy(f.expired, f.leases)
	clear(f.leases)
}

// forget begins to count anew, and ends the faults.
func (f *fake) forget() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.requests, f.received, f.fail, f.failWrite = map[string]int{}, 0, nil, nil
}

func (f *fake) Version(context.Context, *emptypb.Empty) (*versionapi.VersionResponse, error) {
	return &versionapi.VersionResponse{Version: "v2.1.9"}, nil
}

func (f fakeNamespaces) Get(_ context.Context, r *namespacesapi.GetNamespaceRequest) (*namespacesapi.GetNamespaceResponse, error) {
	if len(f.labels) == 0 {
		return nil, status.Errorf(codes.NotFound, "namespace %q: not found", r.Name)
	}
	return &namespacesapi.GetNamespaceResponse{Namespace: &namespacesapi.Namespace{Name: r.Name, Labels: maps.Clone(f.labels)}}, nil
}

func (f fakeLeases) Create(_ context.Context, r *leasesapi.CreateRequest) (*leasesapi.CreateResponse, error) {
	if expiry, err := time.Parse(time.RFC3339, r.Labels[expiryLabel]); err != nil || time.Until(expiry) <= 0 {
		f.t.Errorf("lease with labels %v", r.Labels)
	}
	f.leases[r.ID] = true
	return &leasesapi.CreateResponse{Lease: &leasesapi.Lease{ID: r.ID}}, nil
}

func (f fakeLeases) Delete(_ context.Context, r *leasesapi.DeleteRequest) (*emptypb.Empty, error) {
	delete(f.leases, r.ID)
	return &emptypb.Empty{}, nil
}
