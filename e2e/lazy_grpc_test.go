//go:build e2e

package e2e

import (
	"errors"
	"io"
	"net"
	"strings"
	"testing"

	"google.golang.org/genproto/googleapis/bytestream"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/rules-strata/rules_strata/e2e/harness"
)

// lazyGRPCCache is casd.
func lazyGRPCCache(t *testing.T) *lazyCache {
	t.Helper()
	c := &lazyCache{flag: harness.StartCAS(t).Address}
	conn, err := grpc.NewClient(strings.TrimPrefix(c.flag, "grpc://"), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	listening, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := grpc.NewServer()
	bytestream.RegisterByteStreamServer(s, &notedBlobs{cache: c, from: bytestream.NewByteStreamClient(conn)})
	served := make(chan error, 1)
	go func() { served <- s.Serve(listening) }()
	t.Cleanup(func() {
		s.Stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	c.read = "grpc://" + listening.Addr().String()
	return c
}

// notedBlobs reads blobs from another server, and notes which.
type notedBlobs struct {
	bytestream.UnimplementedByteStreamServer
	cache *lazyCache
	from  bytestream.ByteStreamClient
}

func (n *notedBlobs) Read(in *bytestream.ReadRequest, out bytestream.ByteStream_ReadServer) error {
	fields := strings.Split(in.ResourceName, "/")
	n.cache.note(fields[len(fields)-2])
	from, err := n.from.Read(out.Context(), in)
	if err != nil {
		return err
	}
	for {
		message, err := from.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := out.Send(message); err != nil {
			return err
		}
	}
}
