package remotecache

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"math/rand/v2"
	"time"

	"github.com/rules-strata/rules_strata/go/cas"
)

// maxTries is how often a byte is asked for before giving up; maxPause is the
// longest time between two tries.
const (
	maxTries = 5
	maxPause = 10 * time.Second
)

// blobReader reads one blob, with as many requests as it takes.
type blobReader struct {
	ctx     context.Context
	client  *Client
	digest  cas.Digest
	pos     int64
	hash    hash.Hash // nil when reading began in the middle
	stream  io.ReadCloser
	tries   int   // since the last byte
	ended   int64 // where an answer ended too early; -1 for nowhere
	release func()
	err     error
}

func newBlobReader(ctx context.Context, c *Client, d cas.Digest, offset int64) *blobReader {
	r := &blobReader{ctx: ctx, client: c, digest: d, pos: offset, ended: -1, release: func() {}}
	if offset == 0 {
		r.hash = sha256.New()
	}
	return r
}

// Read gives the blob's bytes up to its end.
func (r *blobReader) Read(p []byte) (int, error) {
	if r.err != nil || len(p) == 0 {
		return 0, r.err
	}
	for {
		left := r.digest.Size - r.pos
		if left == 0 {
			r.err = r.finish()
			return 0, r.err
		}
		n, err := r.stream.Read(p[:min(int64(len(p)), left)])
		if n > 0 {
			r.pos += int64(n)
			r.tries = 0
			if r.hash != nil {
				r.hash.Write(p[:n])
			}
			return n, nil
		}
		if err == nil {
			continue
		}
		if err == io.EOF {
			err = r.endedEarly()
		}
		if err := r.connect(err); err != nil {
			r.err = err
			return 0, err
		}
	}
}

// endedEarly is the error of an answer that has fewer bytes than there should
// be. Not every protocol shows when it is the connection that has ended, but
// that does not end twice where it has brought nothing.
func (r *blobReader) endedEarly() error {
	if r.ended == r.pos {
		return &MismatchError{r.client.name, r.digest, fmt.Sprintf("%d bytes", r.pos)}
	}
	r.ended = r.pos
	return fmt.Errorf("the connection ended %d bytes before the end: %w", r.digest.Size-r.pos, io.ErrUnexpectedEOF)
}

// finish checks that nothing follows, and that the bytes are the right ones.
func (r *blobReader) finish() error {
	if r.stream != nil {
		var more [1]byte
		var answer *AnswerError
		switch n, err := r.stream.Read(more[:]); {
		case n > 0:
			return &MismatchError{r.client.name, r.digest, "more bytes"}
		case errors.As(err, &answer):
			return err
		}
	}
	if r.hash == nil {
		return io.EOF
	}
	if got := fmt.Sprintf("%x", r.hash.Sum(nil)); got != r.digest.SHA256 {
		return &MismatchError{r.client.name, r.digest, "the hash " + got}
	}
	return io.EOF
}

// connect asks for the bytes that are missing, after the error that the last
// attempt ended with.
func (r *blobReader) connect(err error) error {
	for {
		if r.stream != nil {
			_ = r.stream.Close()
			r.stream = nil
		}
		if err != nil {
			if err := r.wait(err); err != nil {
				return err
			}
		}
		r.tries++
		if r.stream, err = r.client.attempt(r.ctx, r.digest, r.pos); err == nil {
			return nil
		}
	}
}

// wait waits until there may be another attempt, if there may.
func (r *blobReader) wait(err error) error {
	var after *retryLaterError
	switch {
	case r.ctx.Err() != nil:
		return context.Cause(r.ctx)
	case permanent(err):
		return err
	case r.tries >= maxTries:
		return &UnreachableError{Cache: r.client.name, Digest: r.digest, Tries: r.tries, Err: err}
	}
	pause := min(r.client.pause<<max(r.tries-1, 0), maxPause)
	pause = pause/2 + rand.N(pause/2+1)
	if errors.As(err, &after) {
		pause = max(pause, after.After)
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-r.ctx.Done():
		return context.Cause(r.ctx)
	}
}

// Close ends reading.
func (r *blobReader) Close() error {
	if r.stream != nil {
		_ = r.stream.Close() // What was read is checked already.
		r.stream = nil
	}
	r.release()
	r.release = func() {}
	if r.err == nil {
		r.err = errors.New("read after close")
	}
	return nil
}
