package nar

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"io/fs"
)

const (
	bufferSize = 16 << 10
	// seekSize is how much must be skipped for a seek to be cheaper than reading.
	seekSize = bufferSize / 2
	// afterSeek is how much is read after a seek: what stands between two contents
	// is a few hundred bytes.
	afterSeek = 1 << 10
)

// source is the archive's bytes with a count of those consumed. It seeks over
// what is skipped if it can.
type source struct {
	in  pieces
	buf *bufio.Reader
	// pos is the offset, from the beginning of the archive, of the next byte.
	pos int64
	// seeker is nil when skipping means reading; otherwise size is the number
	// of bytes from the beginning of the archive to the end of the input.
	seeker io.Seeker
	size   int64
}

func newSource(in io.Reader) *source {
	s := &source{in: pieces{Reader: in}}
	s.buf = bufio.NewReaderSize(&s.in, bufferSize)
	if seeker, ok := in.(io.Seeker); ok && seekable(in) {
		s.useSeeker(seeker)
	}
	return s
}

// pieces reads no more than little at once, if that is not 0, the next time.
type pieces struct {
	io.Reader
	little int
}

func (r *pieces) Read(p []byte) (int, error) {
	if r.little > 0 {
		p, r.little = p[:min(len(p), r.little)], 0
	}
	return r.Reader.Read(p)
}

// seekable refuses terminals and other files that accept a seek and do not do
// it.
func seekable(in io.Reader) bool {
	file, ok := in.(interface{ Stat() (fs.FileInfo, error) })
	if !ok {
		return true
	}
	info, err := file.Stat()
	return err == nil && info.Mode().IsRegular()
}

// useSeeker measures the input. An input that cannot seek is read instead.
func (s *source) useSeeker(seeker io.Seeker) {
	start, err := seeker.Seek(0, io.SeekCurrent)
	if err != nil {
		return
	}
	end, err := seeker.Seek(0, io.SeekEnd)
	if err != nil {
		return
	}
	if _, err := seeker.Seek(start, io.SeekStart); err != nil {
		return
	}
	s.seeker, s.size = seeker, end-start
}

// truncated is the error for an archive that ends too early.
func (s *source) truncated() error {
	return fmt.Errorf("truncated: the NAR ends at offset %d, before its end: %w", s.pos, io.ErrUnexpectedEOF)
}

// wrap turns the end of the input into a truncated archive.
func (s *source) wrap(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return s.truncated()
	}
	return fmt.Errorf("NAR at offset %d: %w", s.pos, err)
}

// take reads n bytes, at most bufferSize, which are the caller's until the
// next read.
func (s *source) take(n int) ([]byte, error) {
	p, err := s.buf.Peek(n)
	s.pos += int64(len(p))
	if err != nil {
		return nil, s.wrap(err)
	}
	// What was peeked at can be discarded.
	_, _ = s.buf.Discard(n)
	return p, nil
}

// some reads at least one byte into p, which is not empty.
func (s *source) some(p []byte) (int, error) {
	n, err := s.buf.Read(p)
	s.pos += int64(n)
	if n > 0 {
		return n, nil
	}
	if err == nil {
		err = io.ErrNoProgress
	}
	return 0, s.wrap(err)
}

// skip passes over n bytes.
func (s *source) skip(n int64) error {
	if s.seeker == nil || n-int64(s.buf.Buffered()) < seekSize {
		return s.discard(n)
	}
	if n > s.size-s.pos {
		s.pos = s.size
		return s.truncated()
	}
	if _, err := s.seeker.Seek(n-int64(s.buf.Buffered()), io.SeekCurrent); err != nil {
		return s.wrap(err)
	}
	s.in.little = afterSeek
	s.buf.Reset(&s.in)
	s.pos += n
	return nil
}

func (s *source) discard(n int64) error {
	for n > 0 {
		step := int(min(n, 1<<30))
		done, err := s.buf.Discard(step)
		s.pos += int64(done)
		n -= int64(done)
		if err != nil {
			return s.wrap(err)
		}
	}
	return nil
}

// length reads the number before a string.
func (s *source) length() (uint64, error) {
	b, err := s.take(8)
	if err != nil {
		return 0, err
	}
	return binary.LittleEndian.Uint64(b), nil
}

// pad reads what follows a string of n bytes: zeros.
func (s *source) pad(n int64) error {
	at := s.pos
	zeros, err := s.take(int(padding(n)))
	if err != nil {
		return err
	}
	return checkPadding(zeros, at)
}

// checkPadding refuses padding, which begins at the offset at, that is not
// zero.
func checkPadding(p []byte, at int64) error {
	for _, c := range p {
		if c != 0 {
			return fmt.Errorf("padding in NAR at offset %d is not zero", at)
		}
	}
	return nil
}

// end checks that nothing follows.
func (s *source) end() error {
	_, err := s.buf.Peek(1)
	if err == nil {
		return fmt.Errorf("trailing bytes after the end of the NAR, at offset %d", s.pos)
	}
	if err != io.EOF {
		return s.wrap(err)
	}
	return nil
}
