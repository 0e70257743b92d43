package remotecache

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/bytestream"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/rules-strata/rules_strata/go/cas"
)

func digestOf(data []byte) cas.Digest {
	return cas.Digest{SHA256: fmt.Sprintf("%x", sha256.Sum256(data)), Size: int64(len(data))}
}

// request is what a cache was asked.
type request struct {
	// blob is what follows the address or the instance, HASH of HTTP and
	// INSTANCE/blobs/HASH/SIZE of gRPC.
	blob    string
	offset  int64
	headers map[string]string
}

// reply is how a cache answers one request.
type reply struct {
	// refuse is a status of HTTP, which has one of gRPC that means the same.
	refuse int
	// after is how many seconds a refusal of HTTP says to wait.
	after int
	// send is what is sent of the blob from the offset on, all if nil.
	send func(rest []byte) []byte
	// cut breaks the connection off after what is sent.
	cut bool
	// hang waits after what is sent until the client is gone.
	hang bool
	// silent hangs before there is any answer.
	silent bool
	// hold is how long an answer takes.
	hold time.Duration
}

// server is a cache that does what a test says.
type server struct {
	blobs map[string][]byte
	// reply is how the request n, counted from 0, is answered.
	reply func(n int, r request) reply

	mu       sync.Mutex
	requests []request
	now, max int
}

func (s *server) begin(r request) (reply, []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := len(s.requests)
	s.requests = append(s.requests, r)
	s.now++
	s.max = max(s.max, s.now)
	hash := r.blob
	if _, rest, ok := strings.Cut(r.blob, "blobs/"); ok {
		hash, _, _ = strings.Cut(rest, "/")
	}
	answer := reply{}
	if s.reply != nil {
		answer = s.reply(n, r)
	}
	blob, ok := s.blobs[hash]
	if !ok && answer.refuse == 0 {
		answer.refuse = http.StatusNotFound
	}
	return answer, blob
}

func (s *server) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now--
}

func (s *server) asked() []request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]request(nil), s.requests...)
}

// offsets are those of all requests.
func (s *server) offsets() []int64 {
	var offsets []int64
	for _, r := range s.asked() {
		offsets = append(offsets, r.offset)
	}
	return offsets
}

func (s *server) add(data []byte) cas.Digest {
	d := digestOf(data)
	if s.blobs == nil {
		s.blobs = map[string][]byte{}
	}
	s.blobs[d.SHA256] = data
	return d
}

// ServeHTTP answers as an HTTP cache.
func (s *server) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	r := request{blob: strings.TrimPrefix(req.URL.Path, "/base/cas/"), headers: map[string]string{}}
	for name := range req.Header {
		r.headers[strings.ToLower(name)] = req.Header.Get(name)
	}
	if text, ok := strings.CutPrefix(req.Header.Get("Range"), "bytes="); ok {
		r.offset, _ = strconv.ParseInt(strings.TrimSuffix(text, "-"), 10, 64)
	}
	answer, blob := s.begin(r)
	defer s.end()
	time.Sleep(answer.hold)
	if answer.silent {
		<-req.Context().Done()
		return
	}
	if answer.refuse != 0 {
		w.Header().Set("Retry-After", strconv.Itoa(answer.after))
		w.WriteHeader(answer.refuse)
		return
	}
	rest := blob[r.offset:]
	code := http.StatusOK
	if r.offset > 0 {
		w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", r.offset, len(blob)-1, len(blob)))
		code = http.StatusPartialContent
	}
	if answer.send != nil {
		rest = answer.send(rest)
	}
	w.WriteHeader(code)
	_, _ = w.Write(rest)
	w.(http.Flusher).Flush()
	if answer.cut {
		panic(http.ErrAbortHandler)
	}
	if answer.hang {
		<-req.Context().Done()
	}
}

// grpcServer answers as a cache of the Remote Execution API.
type grpcServer struct {
	bytestream.UnimplementedByteStreamServer
	*server
}

var grpcCodes = map[int]codes.Code{
	http.StatusNotFound:            codes.NotFound,
	http.StatusUnauthorized:        codes.Unauthenticated,
	http.StatusForbidden:           codes.PermissionDenied,
	http.StatusServiceUnavailable:  codes.Unavailable,
	http.StatusTooManyRequests:     codes.ResourceExhausted,
	http.StatusInternalServerError: codes.Internal,
	http.StatusBadRequest:          codes.InvalidArgument,
	http.StatusNotImplemented:      codes.Unimplemented,

	http.StatusRequestedRangeNotSatisfiable: codes.OutOfRange,
}

// messageSize is small, so that every blob is several messages.
const messageSize = 1000

func (s *grpcServer) Read(in *bytestream.ReadRequest, out bytestream.ByteStream_ReadServer) error {
	r := request{blob: in.ResourceName, offset: in.ReadOffset, headers: map[string]string{}}
	given, _ := metadata.FromIncomingContext(out.Context())
	for name, values := range given {
		r.headers[name] = values[0]
	}
	answer, blob := s.begin(r)
	defer s.end()
	time.Sleep(answer.hold)
	if answer.silent {
		<-out.Context().Done()
		return nil
	}
	if answer.refuse != 0 {
		return status.Error(grpcCodes[answer.refuse], "no")
	}
	rest := blob[r.offset:]
	if answer.send != nil {
		rest = answer.send(rest)
	}
	for len(rest) > 0 {
		n := min(len(rest), messageSize)
		if err := out.Send(&bytestream.ReadResponse{Data: rest[:n]}); err != nil {
			return err
		}
		rest = rest[n:]
	}
	if answer.cut {
		return status.Error(codes.Unavailable, "gone")
	}
	if answer.hang {
		<-out.Context().Done()
	}
	return nil
}

// protocols run a test with both.
func protocols(t *testing.T, test func(t *testing.T, s *server, connect func(Options) *Client)) {
	t.Run("HTTP", func(t *testing.T) {
		t.Parallel()
		s := &server{}
		listening := httptest.NewServer(s)
		t.Cleanup(listening.Close)
		test(t, s, connectTo(t, listening.URL+"/base/"))
	})
	t.Run("gRPC", func(t *testing.T) {
		t.Parallel()
		s := &server{}
		test(t, s, connectTo(t, "grpc://"+serveGRPC(t, "tcp", "127.0.0.1:0", s)))
	})
}

func serveGRPC(t *testing.T, network, address string, s *server) string {
	t.Helper()
	listening, err := net.Listen(network, address)
	if err != nil {
		t.Fatal(err)
	}
	g := grpc.NewServer()
	bytestream.RegisterByteStreamServer(g, &grpcServer{server: s})
	go func() { _ = g.Serve(listening) }()
	t.Cleanup(g.Stop)
	return listening.Addr().String()
}

func connectTo(t *testing.T, address string) func(Options) *Client {
	return func(o Options) *Client {
		t.Helper()
		c, err := New(address, o)
		if err != nil {
			t.Fatal(err)
		}
		c.pause = time.Millisecond
		t.Cleanup(func() { _ = c.Close() })
		return c
	}
}

// quick are timeouts for caches that hang.
var quick = Timeouts{Connect: 10 * time.Second, Answer: 100 * time.Millisecond, Stall: 100 * time.Millisecond}

func (c *Client) read(ctx context.Context, d cas.Digest, offset int64) ([]byte, error) {
	r, err := c.Open(ctx, d, offset)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}
