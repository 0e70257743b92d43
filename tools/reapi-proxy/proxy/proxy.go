// Package proxy passes gRPC calls on to a server, whatever they are, and widens
// one answer: the versions that the server says it speaks.
//
// The interface is that of the Remote Execution API, version 2
// (build/bazel/remote/execution/v2/remote_execution.proto in
// github.com/bazelbuild/remote-apis). Messages are passed on as bytes, so that
// fields and methods that are younger than this package arrive too.
package proxy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// clientPings is how often a client may ask whether the connection is alive.
// Bazel's --grpc_keepalive_time has no less than seconds.
const clientPings = time.Second

// Proxy is a gRPC server whose calls another server answers.
type Proxy struct {
	server *grpc.Server
	behind *grpc.ClientConn
}

// New makes a proxy of a server, HOST:PORT or unix:PATH, which need not run
// yet. Stop ends it.
func New(to string) (*Proxy, error) {
	behind, err := grpc.NewClient(to,
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(
			grpc.ForceCodecV2(rawCodec{}),
			grpc.MaxCallRecvMsgSize(math.MaxInt32),
			grpc.MaxCallSendMsgSize(math.MaxInt32),
		),
		// Retries are the client's.
		grpc.WithDisableRetry(),
		grpc.WithDisableServiceConfig(),
	)
	if err != nil {
		return nil, fmt.Errorf("the server %s: %w", to, err)
	}
	p := &Proxy{behind: behind}
	p.server = grpc.NewServer(
		grpc.ForceServerCodecV2(rawCodec{}),
		grpc.UnknownServiceHandler(p.pass),
		grpc.MaxRecvMsgSize(math.MaxInt32),
		grpc.MaxSendMsgSize(math.MaxInt32),
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: clientPings, PermitWithoutStream: true}),
	)
	return p, nil
}

// Serve answers the calls that arrive at a listener, until Stop, and closes it.
func (p *Proxy) Serve(l net.Listener) error {
	if err := p.server.Serve(l); err != nil && !errors.Is(err, grpc.ErrServerStopped) {
		return err
	}
	return nil
}

// Stop ends all calls and closes the listeners and the connection to the
// server.
func (p *Proxy) Stop() {
	p.server.Stop()
	p.behind.Close()
}

// URL is the address of a listener as Bazel's --remote_cache and
// --remote_executor take it: grpc://HOST:PORT or unix:PATH.
func URL(a net.Addr) string {
	if a.Network() == "unix" {
		return "unix:" + a.String()
	}
	return "grpc://" + a.String()
}

// pass answers one call, of any kind: all are streams to a proxy.
func (p *Proxy) pass(_ any, client grpc.ServerStream) error {
	method, ok := grpc.MethodFromServerStream(client)
	if !ok {
		return status.Error(codes.Internal, "reapi-proxy: a call without a method")
	}
	ctx, cancel := context.WithCancel(client.Context())
	defer cancel()
	if given, ok := metadata.FromIncomingContext(ctx); ok {
		ctx = metadata.NewOutgoingContext(ctx, given.Copy())
	}
	server, err := p.behind.NewStream(ctx, &grpc.StreamDesc{ClientStreams: true, ServerStreams: true}, method)
	if err != nil {
		return err
	}
	go send(client, server)
	return answer(client, server, changeOf(method))
}

// send passes on what the client says. It ends with the call, if the client
// does not end it before.
func send(client grpc.ServerStream, server grpc.ClientStream) {
	for {
		var m message
		if err := client.RecvMsg(&m); errors.Is(err, io.EOF) {
			// An error of these two is in the server's answer too.
			_ = server.CloseSend()
			return
		} else if err != nil {
			return // the call is over, and its context with it
		}
		if server.SendMsg(&m) != nil {
			return
		}
	}
}

// answer passes on what the server says: header, messages, trailer and status.
func answer(client grpc.ServerStream, server grpc.ClientStream, change func([]byte) []byte) error {
	if header, err := server.Header(); err == nil && header.Len() > 0 {
		if err := client.SendHeader(header); err != nil {
			return err
		}
	}
	for {
		var m message
		if err := server.RecvMsg(&m); err != nil {
			client.SetTrailer(server.Trailer())
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		if change != nil {
			m.replace(change)
		}
		if err := client.SendMsg(&m); err != nil {
			return err
		}
	}
}
