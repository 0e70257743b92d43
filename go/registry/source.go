package registry

import (
	"errors"
	"io"
	"sync"
	"sync/atomic"
)

// source gives the bytes of a blob from any place on. It reads on where it can,
// and else has them made anew from the beginning.
type source struct {
	open    func() (io.ReadCloser, error)
	size    int64
	sending *sending

	mu       sync.Mutex
	first    io.ReadCloser // opened by the caller; nil once it is in use
	stream   *stream
	current  *sourceBody
	furthest int64
	err      error // why the bytes could not be made
}

// stream is one making of the bytes.
type stream struct {
	io.ReadCloser
	skip   int64 // bytes to throw away before the first that is wanted
	at     atomic.Int64
	closed atomic.Bool
}

func (s *stream) Close() error {
	if s.closed.Swap(true) {
		return nil
	}
	return s.ReadCloser.Close()
}

// from gives the bytes from offset to end. What it gave before is no longer
// counted.
func (s *source) from(offset, end int64) (io.ReadCloser, error) {
	s.mu.Lock()
	str := s.stream
	s.mu.Unlock()
	if str == nil || str.closed.Load() || str.at.Load() != offset {
		var err error
		if str, err = s.anew(offset); err != nil {
			return nil, err
		}
	}
	b := &sourceBody{source: s, stream: str, end: end}
	s.mu.Lock()
	s.current = b
	s.mu.Unlock()
	s.sending.moved(offset)
	return b, nil
}

func (s *source) anew(offset int64) (*stream, error) {
	s.mu.Lock()
	body, before := s.first, s.stream
	s.first = nil
	s.mu.Unlock()
	if before != nil {
		before.Close()
	}
	if body == nil {
		var err error
		if body, err = s.open(); err != nil {
			s.fail(nil, err)
			return nil, err
		}
	}
	str := &stream{ReadCloser: body, skip: offset}
	str.at.Store(offset)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stream = str
	return str, nil
}

// fail notes an error of the current body; nil stands for whichever it is.
func (s *source) fail(b *sourceBody, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	// Who closes a body does not want its bytes, and errors are due to that.
	if b == nil || s.current == b && !b.stream.closed.Load() {
		s.err = err
	}
}

// failure is why the bytes could not be made: nil if that is not what went
// wrong. Bytes that are wrong are worth one other try.
func (s *source) failure() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var wrong *DigestMismatchError
	if errors.As(s.err, &wrong) && s.sending.mismatched() == 1 {
		return &lostError{s.err}
	}
	return s.err
}

// reached is how many bytes may have been sent.
func (s *source) reached() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.furthest
}

func (s *source) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.first != nil {
		s.first.Close()
	}
	if s.stream != nil {
		s.stream.Close()
	}
}

// passed notes how far a body is, and says whether it is the one that is sent
// now.
func (s *source) passed(b *sourceBody) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.furthest = max(s.furthest, b.stream.at.Load())
	return s.current == b
}

// sourceBody is the body of one request.
type sourceBody struct {
	source *source
	stream *stream
	end    int64
}

func (b *sourceBody) Read(p []byte) (int, error) {
	str := b.stream
	if str.skip > 0 {
		n, err := io.CopyN(io.Discard, str.ReadCloser, str.skip)
		if str.skip -= n; err != nil {
			b.source.fail(b, unexpected(err))
			return 0, unexpected(err)
		}
	}
	left := b.end - str.at.Load()
	if left <= 0 && b.end < b.source.size {
		return 0, io.EOF
	}
	if left > 0 {
		p = p[:min(int64(len(p)), left)]
	}
	n, err := str.ReadCloser.Read(p)
	str.at.Add(int64(n))
	if b.source.passed(b) {
		b.source.sending.moved(str.at.Load())
	}
	if err != nil && err != io.EOF {
		b.source.fail(b, err)
	}
	return n, err
}

// Close ends the stream, but where the next request goes on with it.
func (b *sourceBody) Close() error {
	if b.end < b.source.size && b.stream.at.Load() == b.end {
		return nil
	}
	return b.stream.Close()
}
