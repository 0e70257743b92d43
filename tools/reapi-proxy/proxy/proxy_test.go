package proxy

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	testgrpc "google.golang.org/grpc/interop/grpc_testing"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
)

// behind is the server behind the proxy. It answers what a test needs to see.
type behind struct {
	testgrpc.UnimplementedTestServiceServer
	// began gets a word from each call that waits for its client, and ended how
	// it came to its end.
	began chan struct{}
	ended chan error
}

// UnaryCall answers with what it was asked, in a header and a trailer too, and
// with the status that was asked for.
func (b *behind) UnaryCall(ctx context.Context, in *testgrpc.SimpleRequest) (*testgrpc.SimpleResponse, error) {
	asked, _ := metadata.FromIncomingContext(ctx)
	if err := grpc.SendHeader(ctx, metadata.Pairs("header", strings.Join(asked.Get("asked"), "+"), "bytes-bin", strings.Join(asked.Get("bytes-bin"), "+"))); err != nil {
		return nil, err
	}
	if err := grpc.SetTrailer(ctx, metadata.Pairs("trailer", "the end")); err != nil {
		return nil, err
	}
	if want := in.GetResponseStatus(); want != nil {
		failed, err := status.New(codes.Code(want.Code), want.Message).WithDetails(in.GetPayload())
		if err != nil {
			return nil, err
		}
		return nil, failed.Err()
	}
	return &testgrpc.SimpleResponse{Payload: in.GetPayload()}, nil
}

// EmptyCall waits until its client is gone.
func (b *behind) EmptyCall(ctx context.Context, _ *testgrpc.Empty) (*testgrpc.Empty, error) {
	b.began <- struct{}{}
	<-ctx.Done()
	b.ended <- ctx.Err()
	return nil, status.FromContextError(ctx.Err()).Err()
}

// StreamingInputCall counts the bytes that it gets.
func (b *behind) StreamingInputCall(s testgrpc.TestService_StreamingInputCallServer) error {
	b.began <- struct{}{}
	var size int
	for {
		in, err := s.Recv()
		if errors.Is(err, io.EOF) {
			return s.SendAndClose(&testgrpc.StreamingInputCallResponse{AggregatedPayloadSize: int32(size)})
		} else if err != nil {
			b.ended <- err
			return err
		}
		size += len(in.GetPayload().GetBody())
	}
}

// StreamingOutputCall answers with as many messages as it is asked for, and
// then fails if the request has a status.
func (b *behind) StreamingOutputCall(in *testgrpc.StreamingOutputCallRequest, s testgrpc.TestService_StreamingOutputCallServer) error {
	for i, p := range in.GetResponseParameters() {
		body := bytes.Repeat([]byte{byte(i)}, int(p.GetSize()))
		if err := s.Send(&testgrpc.StreamingOutputCallResponse{Payload: &testgrpc.Payload{Body: body}}); err != nil {
			b.ended <- err
			return err
		}
	}
	s.SetTrailer(metadata.Pairs("trailer", "after the last"))
	if want := in.GetResponseStatus(); want != nil {
		return status.Error(codes.Code(want.Code), want.Message)
	}
	return nil
}

// FullDuplexCall answers each message before it reads the next.
func (b *behind) FullDuplexCall(s testgrpc.TestService_FullDuplexCallServer) error {
	if err := s.SendHeader(metadata.Pairs("header", "before the first")); err != nil {
		return err
	}
	for {
		in, err := s.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			b.ended <- err
			return err
		}
		if err := s.Send(&testgrpc.StreamingOutputCallResponse{Payload: in.GetPayload()}); err != nil {
			return err
		}
	}
}

// listen is a listener of a test's own.
func listen(t *testing.T, network string) net.Listener {
	t.Helper()
	address := "127.0.0.1:0"
	if network == "unix" {
		address = filepath.Join(t.TempDir(), "s")
	}
	l, err := net.Listen(network, address)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// target is a listener's address as gRPC takes it.
func target(l net.Listener) string { return strings.TrimPrefix(URL(l.Addr()), "grpc://") }

// proxied starts a server and a proxy before it, and connects to the proxy.
func proxied(t *testing.T, options ...grpc.ServerOption) (*behind, *grpc.ClientConn) {
	t.Helper()
	b := &behind{began: make(chan struct{}, 10), ended: make(chan error, 10)}
	server := grpc.NewServer(append(options, grpc.MaxRecvMsgSize(1<<30))...)
	testgrpc.RegisterTestServiceServer(server, b)
	l := listen(t, "unix")
	go func() { _ = server.Serve(l) }()
	t.Cleanup(server.Stop)
	return b, connect(t, l)
}

// connect starts a proxy before a server and connects to the proxy.
func connect(t *testing.T, server net.Listener) *grpc.ClientConn {
	t.Helper()
	p, err := New(target(server))
	if err != nil {
		t.Fatal(err)
	}
	l, served := listen(t, "tcp"), make(chan error, 1)
	go func() { served <- p.Serve(l) }()
	t.Cleanup(func() {
		p.Stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	conn, err := grpc.NewClient(target(l), grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(1<<30)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

func TestUnaryCall(t *testing.T) {
	_, conn := proxied(t)
	ctx := metadata.AppendToOutgoingContext(t.Context(), "asked", "one", "asked", "two", "bytes-bin", "\x00\xff")
	var header, trailer metadata.MD
	in := &testgrpc.SimpleRequest{Payload: &testgrpc.Payload{Body: []byte("hello")}}
	out, err := testgrpc.NewTestServiceClient(conn).UnaryCall(ctx, in, grpc.Header(&header), grpc.Trailer(&trailer))
	if err != nil {
		t.Fatal(err)
	}
	if !proto.Equal(out.GetPayload(), in.GetPayload()) {
		t.Errorf("got %v", out)
	}
	if !slices.Equal(header.Get("header"), []string{"one+two"}) || !slices.Equal(header.Get("bytes-bin"), []string{"\x00\xff"}) {
		t.Errorf("header %v", header)
	}
	if !slices.Equal(trailer.Get("trailer"), []string{"the end"}) {
		t.Errorf("trailer %v", trailer)
	}
}

// TestErrors: a status arrives with its code, message and details, which Bazel
// reads to know what to upload again.
func TestErrors(t *testing.T) {
	_, conn := proxied(t)
	client := testgrpc.NewTestServiceClient(conn)
	for _, code := range []codes.Code{codes.NotFound, codes.FailedPrecondition, codes.ResourceExhausted, codes.Unavailable, codes.Code(77)} {
		t.Run(code.String(), func(t *testing.T) {
			details := &testgrpc.Payload{Body: []byte("which one")}
			var header, trailer metadata.MD
			_, err := client.UnaryCall(t.Context(), &testgrpc.SimpleRequest{
				Payload:        details,
				ResponseStatus: &testgrpc.EchoStatus{Code: int32(code), Message: "no: ünd, %41"},
			}, grpc.Header(&header), grpc.Trailer(&trailer))
			got := status.Convert(err)
			if got.Code() != code || got.Message() != "no: ünd, %41" {
				t.Errorf("got %v", err)
			}
			if d := got.Details(); len(d) != 1 || !proto.Equal(d[0].(proto.Message), details) {
				t.Errorf("details %v", d)
			}
			if len(header.Get("header")) != 1 || !slices.Equal(trailer.Get("trailer"), []string{"the end"}) {
				t.Errorf("header %v, trailer %v", header, trailer)
			}
		})
	}
	t.Run("a method that the server lacks", func(t *testing.T) {
		err := conn.Invoke(t.Context(), "/a.Service/Method", &testgrpc.Empty{}, &testgrpc.Empty{})
		if status.Code(err) != codes.Unimplemented {
			t.Errorf("got %v", err)
		}
	})
}

func TestNobodyBehind(t *testing.T) {
	l := listen(t, "tcp")
	conn := connect(t, l)
	l.Close()
	_, err := testgrpc.NewTestServiceClient(conn).UnaryCall(t.Context(), &testgrpc.SimpleRequest{})
	if status.Code(err) != codes.Unavailable {
		t.Errorf("got %v", err)
	}
}

func TestStreamToServer(t *testing.T) {
	_, conn := proxied(t)
	stream, err := testgrpc.NewTestServiceClient(conn).StreamingInputCall(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	const messages, size = 40, 100_000
	for range messages {
		if err := stream.Send(&testgrpc.StreamingInputCallRequest{Payload: &testgrpc.Payload{Body: make([]byte, size)}}); err != nil {
			t.Fatal(err)
		}
	}
	out, err := stream.CloseAndRecv()
	if err != nil || out.GetAggregatedPayloadSize() != messages*size {
		t.Errorf("got %v, %v", out, err)
	}
}

func TestStreamFromServer(t *testing.T) {
	_, conn := proxied(t)
	client := testgrpc.NewTestServiceClient(conn)
	for _, test := range []struct {
		name  string
		sizes []int32
		code  codes.Code
	}{
		{"of some messages", []int32{0, 1, 100_000, 7}, codes.OK},
		{"of none", nil, codes.OK},
		{"that fails after some", []int32{5, 6}, codes.DataLoss},
		{"that fails at once", nil, codes.PermissionDenied},
	} {
		t.Run(test.name, func(t *testing.T) {
			in := &testgrpc.StreamingOutputCallRequest{}
			for _, size := range test.sizes {
				in.ResponseParameters = append(in.ResponseParameters, &testgrpc.ResponseParameters{Size: size})
			}
			if test.code != codes.OK {
				in.ResponseStatus = &testgrpc.EchoStatus{Code: int32(test.code), Message: "broken"}
			}
			stream, err := client.StreamingOutputCall(t.Context(), in)
			if err != nil {
				t.Fatal(err)
			}
			var sizes []int32
			for {
				var out *testgrpc.StreamingOutputCallResponse
				if out, err = stream.Recv(); err != nil {
					break
				}
				sizes = append(sizes, int32(len(out.GetPayload().GetBody())))
			}
			if !slices.Equal(sizes, test.sizes) {
				t.Errorf("got %v", sizes)
			}
			if errors.Is(err, io.EOF) {
				err = nil
			}
			if status.Code(err) != test.code {
				t.Errorf("ended with %v", err)
			}
			if !slices.Equal(stream.Trailer().Get("trailer"), []string{"after the last"}) {
				t.Errorf("trailer %v", stream.Trailer())
			}
		})
	}
}

// TestStreamsBothWays: nothing waits for what has not been asked yet, headers
// included.
func TestStreamsBothWays(t *testing.T) {
	_, conn := proxied(t)
	stream, err := testgrpc.NewTestServiceClient(conn).FullDuplexCall(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	header, err := stream.Header()
	if err != nil || !slices.Equal(header.Get("header"), []string{"before the first"}) {
		t.Fatalf("header %v, %v", header, err)
	}
	for i := range 20 {
		body := fmt.Appendf(nil, "message %d", i)
		if err := stream.Send(&testgrpc.StreamingOutputCallRequest{Payload: &testgrpc.Payload{Body: body}}); err != nil {
			t.Fatal(err)
		}
		out, err := stream.Recv()
		if err != nil || !bytes.Equal(out.GetPayload().GetBody(), body) {
			t.Fatalf("got %v, %v", out, err)
		}
	}
	if err := stream.CloseSend(); err != nil {
		t.Fatal(err)
	}
	if _, err := stream.Recv(); !errors.Is(err, io.EOF) {
		t.Errorf("ended with %v", err)
	}
}

// TestBigMessages: no limit but those of the two sides.
func TestBigMessages(t *testing.T) {
	_, conn := proxied(t)
	body := bytes.Repeat([]byte("0123456789abcdef"), 1<<20)
	out, err := testgrpc.NewTestServiceClient(conn).UnaryCall(t.Context(), &testgrpc.SimpleRequest{Payload: &testgrpc.Payload{Body: body}})
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(out.GetPayload().GetBody(), body) {
		t.Error("the message is another one")
	}
}

// TestCancellation: when the client gives up, the server hears of it.
func TestCancellation(t *testing.T) {
	for name, call := range map[string]func(ctx context.Context, client testgrpc.TestServiceClient, b *behind, giveUp func()) error{
		"of a call": func(ctx context.Context, client testgrpc.TestServiceClient, b *behind, giveUp func()) error {
			go func() {
				<-b.began
				giveUp()
			}()
			_, err := client.EmptyCall(ctx, &testgrpc.Empty{})
			return err
		},
		"of a stream to the server": func(ctx context.Context, client testgrpc.TestServiceClient, b *behind, giveUp func()) error {
			stream, err := client.StreamingInputCall(ctx)
			if err != nil {
				return err
			}
			if err := stream.Send(&testgrpc.StreamingInputCallRequest{}); err != nil {
				return err
			}
			<-b.began
			giveUp()
			return stream.RecvMsg(&testgrpc.StreamingInputCallResponse{})
		},
		"of a stream that the client does not read": func(ctx context.Context, client testgrpc.TestServiceClient, b *behind, giveUp func()) error {
			in := &testgrpc.StreamingOutputCallRequest{}
			for range 100 {
				in.ResponseParameters = append(in.ResponseParameters, &testgrpc.ResponseParameters{Size: 1 << 20})
			}
			stream, err := client.StreamingOutputCall(ctx, in)
			if err != nil {
				return err
			}
			if _, err := stream.Recv(); err != nil {
				return err
			}
			giveUp()
			for err == nil {
				_, err = stream.Recv()
			}
			return err
		},
		"of streams both ways": func(ctx context.Context, client testgrpc.TestServiceClient, b *behind, giveUp func()) error {
			stream, err := client.FullDuplexCall(ctx)
			if err != nil {
				return err
			}
			if err := stream.Send(&testgrpc.StreamingOutputCallRequest{}); err != nil {
				return err
			}
			if _, err := stream.Recv(); err != nil {
				return err
			}
			giveUp()
			_, err = stream.Recv()
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			b, conn := proxied(t)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if err := call(ctx, testgrpc.NewTestServiceClient(conn), b, cancel); status.Code(err) != codes.Canceled {
				t.Errorf("the client has %v", err)
			}
			if err := <-b.ended; err == nil {
				t.Error("the server has not heard of it")
			}
		})
	}
}

// TestDeadline: the server knows the client's.
func TestDeadline(t *testing.T) {
	deadlines := make(chan bool, 2)
	_, conn := proxied(t, grpc.UnaryInterceptor(func(ctx context.Context, in any, _ *grpc.UnaryServerInfo, h grpc.UnaryHandler) (any, error) {
		_, ok := ctx.Deadline()
		deadlines <- ok
		return h(ctx, in)
	}))
	client := testgrpc.NewTestServiceClient(conn)
	limited, cancel := context.WithTimeout(t.Context(), time.Hour)
	defer cancel()
	for ctx, want := range map[context.Context]bool{t.Context(): false, limited: true} {
		if _, err := client.UnaryCall(ctx, &testgrpc.SimpleRequest{}); err != nil {
			t.Fatal(err)
		}
		if got := <-deadlines; got != want {
			t.Errorf("the server has a deadline: %v, want %v", got, want)
		}
	}
}

// TestStopEndsCalls: Stop does not wait for a call that has no end.
func TestStopEndsCalls(t *testing.T) {
	b := &behind{ended: make(chan error, 1)}
	server := grpc.NewServer()
	testgrpc.RegisterTestServiceServer(server, b)
	l := listen(t, "unix")
	go func() { _ = server.Serve(l) }()
	defer server.Stop()
	p, err := New(target(l))
	if err != nil {
		t.Fatal(err)
	}
	front, served := listen(t, "unix"), make(chan error, 1)
	go func() { served <- p.Serve(front) }()
	conn, err := grpc.NewClient(target(front), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	stream, err := testgrpc.NewTestServiceClient(conn).FullDuplexCall(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := stream.Header(); err != nil {
		t.Fatal(err)
	}
	p.Stop()
	if err := <-served; err != nil {
		t.Error(err)
	}
	if _, err := stream.Recv(); err == nil {
		t.Error("the call goes on")
	}
	if err := <-b.ended; err == nil {
		t.Error("the server has not heard of it")
	}
}

// TestOnlyCapabilitiesChange: the same bytes under another name arrive as they
// are, and under that of GetCapabilities they are widened.
func TestOnlyCapabilitiesChange(t *testing.T) {
	narrow := capabilities(version(2, 1), version(2, 12))
	server := grpc.NewServer(grpc.ForceServerCodecV2(rawCodec{}), grpc.UnknownServiceHandler(func(_ any, s grpc.ServerStream) error {
		var m message
		if err := s.RecvMsg(&m); err != nil {
			return err
		}
		m.replace(func([]byte) []byte { return narrow })
		return s.SendMsg(&m)
	}))
	l := listen(t, "unix")
	go func() { _ = server.Serve(l) }()
	defer server.Stop()
	conn := connect(t, l)
	for method, want := range map[string][]byte{
		getCapabilities: widen(narrow),
		"/build.bazel.remote.execution.v2.ActionCache/GetActionResult": narrow,
	} {
		in, out := &message{}, &message{}
		in.replace(func([]byte) []byte { return protowire.AppendTag(nil, 1, protowire.VarintType) })
		if err := conn.Invoke(t.Context(), method, in, out, grpc.ForceCodecV2(rawCodec{})); err != nil {
			t.Fatal(err)
		}
		if got := out.data.Materialize(); !bytes.Equal(got, want) {
			t.Errorf("%s: got %x, want %x", method, got, want)
		}
	}
}
