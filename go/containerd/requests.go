package containerd

import (
	"context"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
)

// The headers that say to containerd what a request is about.
const (
	namespaceHeader = "containerd-namespace"
	leaseHeader     = "containerd-lease"
)

// versionMethod is the request that shows whether containerd is alive.
const versionMethod = "/containerd.services.version.v1.Version/Version"

// call makes a request about the client's namespace.
func (c *Client) call(ctx context.Context, method string, request, reply any, conn *grpc.ClientConn, invoke grpc.UnaryInvoker, opts ...grpc.CallOption) error {
	if method != versionMethod {
		watched, stop := c.watched(ctx)
		defer stop()
		ctx = watched
	}
	ctx = metadata.AppendToOutgoingContext(ctx, namespaceHeader, c.namespace)
	return c.explain(ctx, invoke(ctx, method, request, reply, conn, opts...))
}

// open opens a stream that is about the client's namespace.
func (c *Client) open(ctx context.Context, desc *grpc.StreamDesc, conn *grpc.ClientConn, method string, streamer grpc.Streamer, opts ...grpc.CallOption) (grpc.ClientStream, error) {
	ctx = metadata.AppendToOutgoingContext(ctx, namespaceHeader, c.namespace)
	s, err := streamer(ctx, desc, conn, method, opts...)
	if err != nil {
		return nil, c.explain(ctx, err)
	}
	return &stream{s, c, ctx}, nil
}

// stream is a stream whose errors are explained.
type stream struct {
	grpc.ClientStream
	client *Client
	// ctx is the caller's. That of ClientStream ends with the stream, however
	// that ends.
	ctx context.Context
}

func (s *stream) SendMsg(m any) error {
	return s.client.explain(s.ctx, s.ClientStream.SendMsg(m))
}

func (s *stream) RecvMsg(m any) error {
	return s.client.explain(s.ctx, s.ClientStream.RecvMsg(m))
}
