package remotecache

import (
	"context"
	"errors"
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
	"github.com/rules-strata/rules_strata/go/netretry"
)

// grpcCache is a cache that is asked by gRPC.
type grpcCache struct {
	name, prefix string
	credentials  *credentials
	connections  *connections
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
	connections, err := newConnections(func() (*grpc.ClientConn, error) {
		return grpc.NewClient(at.target,
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
	})
	if err != nil {
		return nil, fmt.Errorf("the remote cache %s: %w", at.name, err)
	}
	g := &grpcCache{name: at.name, credentials: c, connections: connections}
	if o.InstanceName != "" {
		g.prefix = o.InstanceName + "/"
	}
	return g, nil
}

// Close ends the connection.
func (g *grpcCache) Close() error { return g.connections.close() }

func (g *grpcCache) open(ctx context.Context, d cas.Digest, offset int64) (io.ReadCloser, error) {
	conn, err := g.connections.take()
	if err != nil {
		return nil, err
	}
	m := &messages{cache: g, conn: conn, ctx: ctx, digest: d, offset: offset}
	number, err := m.ask()
	if status.Code(err) == codes.Unauthenticated && g.credentials.renew(number) {
		number, err = m.ask()
	}
	if err != nil {
		return nil, errors.Join(m.explain(err), m.Close())
	}
	g.credentials.taken(number)
	return m, nil
}

// messages are the answer to one request.
type messages struct {
	cache  *grpcCache
	conn   *connection
	ctx    context.Context
	digest cas.Digest
	offset int64

	stream bytestream.ByteStream_ReadClient
	data   []byte
	end    bool
}

// ask waits for the first bytes, or the end of an answer that has none. It
// returns the number of the credentials that it sends.
func (m *messages) ask() (int, error) {
	headers, number, err := m.cache.credentials.headers(m.ctx)
	if err != nil {
		return 0, err
	}
	ctx := m.ctx
	for _, header := range headers {
		ctx = metadata.AppendToOutgoingContext(ctx, header.Name, header.Value)
	}
	m.stream, err = bytestream.NewByteStreamClient(m.conn).Read(ctx, &bytestream.ReadRequest{
		ResourceName: m.cache.prefix + "blobs/" + m.digest.String(),
		ReadOffset:   m.offset,
	})
	if err != nil {
		return number, err
	}
	return number, m.next()
}

// next waits for the next message that has bytes.
func (m *messages) next() error {
	for len(m.data) == 0 && !m.end {
		response, err := m.stream.Recv()
		if err != nil && err != io.EOF {
			return err
		}
		m.data, m.end = response.GetData(), err == io.EOF
	}
	return nil
}

// Read gives what the messages hold.
func (m *messages) Read(p []byte) (int, error) {
	if err := m.next(); err != nil {
		return 0, m.explain(err)
	}
	if m.end {
		return 0, io.EOF
	}
	n := copy(p, m.data)
	m.data = m.data[n:]
	return n, nil
}

// Close gives the connection back. The request ends with its context.
func (m *messages) Close() error {
	_, silent := context.Cause(m.ctx).(*netretry.TimeoutError)
	return m.cache.connections.give(m.conn, silent)
}

// explain gives a status the words that it has in every protocol.
func (m *messages) explain(err error) error {
	s, ok := status.FromError(err)
	if !ok {
		return err
	}
	name, answer := m.cache.name, fmt.Sprintf("%s: %s", s.Code(), s.Message())
	switch s.Code() {
	case codes.NotFound:
		return &NotFoundError{name, m.digest}
	case codes.Unauthenticated, codes.PermissionDenied:
		return &AccessError{name, answer}
	case codes.OutOfRange:
		if m.offset > 0 {
			return shorter(name, m.digest, m.offset)
		}
		return &AnswerError{name, answer}
	case codes.Unimplemented, codes.InvalidArgument, codes.FailedPrecondition:
		return &AnswerError{name, answer}
	}
	return err
}
