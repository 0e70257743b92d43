// Package worker keeps a program running for many of Bazel's actions: Bazel's
// protocol of persistent workers (Bazel, "Creating Persistent Workers"), over
// protocol buffers, multiplex, with sandboxes and cancellation.
//
// Requests run side by side and are answered in any order. One that panics is
// answered as failed, and the others go on: requests share nothing that it
// could leave half changed, and without its answer Bazel would blame them all.
package worker

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"strings"
	"sync"

	"google.golang.org/protobuf/encoding/protodelim"

	"github.com/rules-strata/rules_strata/go/worker/protocol"
)

// Flag is the argument with which Bazel starts a program as a worker.
const Flag = "--persistent_worker"

// maxRequest bounds a request, in bytes. Each of an action's inputs takes some
// two hundred.
const maxRequest = 1 << 30

// statusFailed is the status of a request that ended in a panic.
const statusFailed = 1

// Request is one action.
type Request struct {
	Arguments []string
	// Folder is what the paths of the request are relative to, itself relative
	// to the working directory; "" for the working directory.
	Folder string
}

// Handler runs a request and returns its exit status. When the context is done
// nobody needs the request any more.
type Handler func(ctx context.Context, r Request, stderr io.Writer) (status int)

// Serve runs the requests of in, at most so many at a time, and answers each on
// out, to which nothing else may write. At the end of in it returns when all
// have been answered; when the context is done all are cancelled, and it returns
// when they have ended, with the context's error. In the answers, paths are as
// the requests have them, without the folder.
func Serve(ctx context.Context, in io.Reader, out io.Writer, parallel int, handle Handler) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	s := &session{out: out, handle: handle, slots: make(chan struct{}, parallel), running: map[int32]context.CancelFunc{}, stop: stop}
	read := make(chan error, 1)
	go func() { read <- s.read(ctx, bufio.NewReader(in)) }()
	var err error
	select {
	case err = <-read:
	case <-ctx.Done():
		err = ctx.Err()
	}
	s.wait()
	if s.writeErr != nil {
		return s.writeErr
	}
	return err
}

// session is what a worker has under way.
type session struct {
	handle Handler
	// slots has room for as many requests as run at a time.
	slots  chan struct{}
	ending sync.WaitGroup
	// stop ends all requests.
	stop context.CancelFunc

	mu      sync.Mutex
	running map[int32]context.CancelFunc
	// ended says that no request begins any more.
	ended bool

	writing  sync.Mutex
	out      io.Writer
	writeErr error
}

// read starts requests until there are no more.
func (s *session) read(ctx context.Context, in *bufio.Reader) error {
	options := protodelim.UnmarshalOptions{MaxSize: maxRequest}
	for number := 1; ; number++ {
		var message protocol.WorkRequest
		err := options.UnmarshalFrom(in, &message)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("request %d is not one of Bazel's worker protocol (requires-worker-protocol=proto): %w", number, err)
		}
		id := message.GetRequestId()
		if message.GetCancel() {
			s.cancel(id)
			continue
		}
		// Its inputs are of no use here, and may be many.
		r := Request{Arguments: message.GetArguments(), Folder: message.GetSandboxDir()}
		requestCtx, err := s.begin(ctx, id)
		if err != nil {
			return fmt.Errorf("request %d: %w", number, err)
		}
		go s.serve(requestCtx, id, r)
	}
}

// begin notes a request.
func (s *session) begin(ctx context.Context, id int32) (context.Context, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return nil, errors.New("the worker is ending")
	}
	if s.running[id] != nil {
		return nil, fmt.Errorf("the ID %d is that of a request under way", id)
	}
	ctx, s.running[id] = context.WithCancel(ctx)
	s.ending.Add(1)
	return ctx, nil
}

// wait waits until all requests have been answered, and begins no others.
func (s *session) wait() {
	s.mu.Lock()
	s.ended = true
	s.mu.Unlock()
	s.ending.Wait()
}

// cancel ends a request, which may be over already.
func (s *session) cancel(id int32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if cancel := s.running[id]; cancel != nil {
		cancel()
	}
}

// end forgets a request and says whether it was cancelled.
func (s *session) end(ctx context.Context, id int32) (cancelled bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	cancelled = ctx.Err() != nil
	s.running[id]()
	delete(s.running, id)
	return cancelled
}

// serve runs a request and answers it.
func (s *session) serve(ctx context.Context, id int32, r Request) {
	defer s.ending.Done()
	response := &protocol.WorkResponse{RequestId: id}
	select {
	case s.slots <- struct{}{}:
		status, output := s.run(ctx, r)
		<-s.slots
		response.ExitCode, response.Output = int32(status), output
	case <-ctx.Done():
	}
	if s.end(ctx, id) {
		response = &protocol.WorkResponse{RequestId: id, WasCancelled: true}
	}
	s.answer(response)
}

// run runs a request and gives its status and what it said.
func (s *session) run(ctx context.Context, r Request) (status int, output string) {
	var stderr bytes.Buffer
	defer func() {
		if reason := recover(); reason != nil {
			fmt.Fprintf(&stderr, "panic: %v\n\n%s", reason, debug.Stack())
			status = statusFailed
		}
		output = said(stderr.String(), r.Folder)
	}()
	return s.handle(ctx, r, &stderr), ""
}

// said is a request's output as its response has it.
func said(output, folder string) string {
	if folder != "" {
		output = strings.ReplaceAll(output, folder+"/", "")
	}
	return strings.ToValidUTF8(output, "\uFFFD")
}

// answer writes a response whole. When nobody reads it, nobody needs the
// others either.
func (s *session) answer(response *protocol.WorkResponse) {
	s.writing.Lock()
	defer s.writing.Unlock()
	if s.writeErr != nil {
		return
	}
	if _, err := protodelim.MarshalTo(s.out, response); err != nil {
		s.writeErr = fmt.Errorf("answer request %d: %w", response.GetRequestId(), err)
		s.stop()
	}
}
