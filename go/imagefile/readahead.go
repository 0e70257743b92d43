package imagefile

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync"

	"github.com/rules-strata/rules_strata/go/nar"
	"github.com/rules-strata/rules_strata/go/object"
)

// A cache that is far away answers late, and most files are small: so many of
// the files that come next, each of at most so many bytes, are asked for before
// they are needed. Together they are what an object's files take of memory.
const (
	aheadFiles = 16
	aheadSize  = 256 << 10
)

// readAhead reads an object's files, most of them in their order.
type readAhead struct {
	ctx    context.Context
	cancel context.CancelFunc
	files  []*object.Entry
	index  map[string]int
	small  func(*object.Entry) bool
	open   func(context.Context, *object.Entry) (io.ReadCloser, error)

	// running are those that read what is not needed yet.
	running sync.WaitGroup

	mu sync.Mutex
	// next is the first file that was not considered yet.
	next    int
	reading map[int]chan content
}

// content is that of a file, or why there is none.
type content struct {
	data []byte
	err  error
}

func newReadAhead(ctx context.Context, entries []object.Entry, small func(*object.Entry) bool, open func(context.Context, *object.Entry) (io.ReadCloser, error)) *readAhead {
	a := &readAhead{index: map[string]int{}, small: small, open: open, reading: map[int]chan content{}}
	a.ctx, a.cancel = context.WithCancel(ctx)
	for i := range entries {
		if e := &entries[i]; e.Type == nar.Regular {
			a.index[e.Path] = len(a.files)
			a.files = append(a.files, e)
		}
	}
	return a
}

// take opens a file, and begins to read those that follow.
func (a *readAhead) take(e *object.Entry) (io.ReadCloser, error) {
	if c := a.begin(a.index[e.Path]); c != nil {
		read := <-c
		return io.NopCloser(bytes.NewReader(read.data)), read.err
	}
	return a.open(a.ctx, e)
}

// begin gives what is being read of the file n, nil if nothing is.
func (a *readAhead) begin(n int) chan content {
	a.mu.Lock()
	defer a.mu.Unlock()
	for ; a.next < len(a.files) && a.next <= n+aheadFiles; a.next++ {
		if e := a.files[a.next]; a.next >= n && a.small(e) {
			c := make(chan content, 1)
			a.reading[a.next] = c
			a.running.Go(func() { c <- a.read(e) })
		}
	}
	taken := a.reading[n]
	for m := range a.reading { // What was passed over is not asked for any more.
		if m <= n {
			delete(a.reading, m)
		}
	}
	return taken
}

func (a *readAhead) read(e *object.Entry) content {
	r, err := a.open(a.ctx, e)
	if err != nil {
		return content{err: err}
	}
	data := make([]byte, e.Size)
	_, err = io.ReadFull(r, data)
	if err == nil { // Only the end shows that the bytes are the right ones.
		_, err = io.Copy(io.Discard, r)
	}
	return content{data, errors.Join(err, r.Close())}
}

// close ends what is being read, and waits until it has ended.
func (a *readAhead) close() {
	a.cancel()
	a.running.Wait()
}
