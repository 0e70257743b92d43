package remotecache

import (
	"context"
	"fmt"
	"io"
	"time"

	"google.golang.org/genproto/googleapis/bytestream"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	tlscredentials "google.golang.org/grpc/credentials"

	"github.com/rules-strata/rules_strata/go/cas"
)

// grpcCache is a cache that is asked by gRPC.
type grpcCache struct {
	name, prefix string
	credentials  *credentials
	conn         *grpc.ClientConn
	client       bytestream.ByteStreamClient
}

// streamWindow and connWindow are how many bytes may be on their way for one
// blob and for all: what is not set here grows to 16 MiB for each.
const (
	streamWindow = 1 << 20
	connWindow   = 4 << 20
)

func newGRPC(at address, c *credentials, o Options) (*grpcCache, error) {
	security := insecure.NewCredentials()
	if at.tls {
		security = tlscredentials.NewTLS(nil)
	}
	conn, err := grpc.NewClient(at.target,
		grpc.WithTransportCredentials(security),
		grpc.WithUserAgent(o.UserAgent),
		grpc.WithDisableServiceConfig(),
		grpc.WithInitialWindowSize(streamWindow),
		grpc.WithInitialConnWindowSize(connWindow),
		grpc.WithConnectParams(grpc.ConnectParams{
			Backoff:           backoff.Config{BaseDelay: 100 * time.Millisecond, Multiplier: 2, Jitter: 0.2, MaxDelay: maxPause},
			MinConnectTimeout: o.Timeouts.Connect,
		}),
	)
	if err != nil {
		return nil, fmt.Errorf("the remote cache %s: %w", at.name, err)
	}
	g := &grpcCache{name: at.name, credentials: c, conn: conn, client: bytestream.NewByteStreamClient(conn)}
	if o.InstanceName != "" {
		g.prefix = o.InstanceName + "/"
	}
	return g, nil
}

// Close ends the connection.
func (g *grpcCache) Close() error { return g.conn.Close() }

func (g *grpcCache) open(ctx context.Context, d cas.Digest, offset int64) (io.ReadCloser, error) {
	r, err := g.read(ctx, d, offset)
	if status.Code(err) == codes.Unauthenticated && g.credentials.renew() {
		r, err = g.read(ctx, d, offset)
	}
	if err != nil {
		return nil, g.explain(err, d)
	}
	return r, nil
}

// read waits for the first bytes.
func (g *grpcCache) read(ctx context.Context, d cas.Digest, offset int64) (*messages, error) {
	headers, err := g.credentials.headers(ctx)
	if err != nil {
		return nil, err
	}
	for _, header := range headers {
		ctx = metadata.AppendToOutgoingContext(ctx, header.Name, header.Value)
	}
	stream, err := g.client.Read(ctx, &bytestream.ReadRequest{ResourceName: g.prefix + "blobs/" + d.String(), ReadOffset: offset})
	if err != nil {
		return nil, err
	}
	m := &messages{cache: g, digest: d, stream: stream}
	return m, m.next()
}

// explain gives a status the words that it has in every protocol.
func (g *grpcCache) explain(err error, d cas.Digest) error {
	s, ok := status.FromError(err)
	if !ok {
		return err
	}
	answer := fmt.Sprintf("%s: %s", s.Code(), s.Message())
	switch s.Code() {
	case codes.NotFound:
		return &NotFoundError{g.name, d}
	case codes.Unauthenticated, codes.PermissionDenied:
		return &AccessError{g.name, answer}
	case codes.Unimplemented, codes.InvalidArgument, codes.OutOfRange, codes.FailedPrecondition:
		return &AnswerError{g.name, answer}
	}
	return err
}

// messages are the answer to one request.
type messages struct {
	cache  *grpcCache
	digest cas.Digest
	stream bytestream.ByteStream_ReadClient
	data   []byte
}

// next waits for the next message that has bytes.
func (m *messages) next() error {
	for len(m.data) == 0 {
		response, err := m.stream.Recv()
		if err != nil {
			return err
		}
		m.data = response.GetData()
	}
	return nil
}

// Read gives what the messages hold.
func (m *messages) Read(p []byte) (int, error) {
	if err := m.next(); err == io.EOF {
		return 0, err
	} else if err != nil {
		return 0, m.cache.explain(err, m.digest)
	}
	n := copy(p, m.data)
	m.data = m.data[n:]
	return n, nil
}

// Close does nothing: the request ends with its context.
func (m *messages) Close() error { return nil }
