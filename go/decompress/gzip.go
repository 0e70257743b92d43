package decompress

import (
	"bufio"
	"compress/gzip"
	"errors"
	"io"
)

// gzipReader reads members one by one, to tell what is wrong with a member from
// what is not one.
type gzipReader struct {
	member *gzip.Reader
	in     *bufio.Reader
}

func newGzip(in *bufio.Reader) (*gzipReader, error) {
	z, err := gzip.NewReader(in)
	if err != nil {
		return nil, err
	}
	z.Multistream(false)
	return &gzipReader{z, in}, nil
}

func (r *gzipReader) Read(p []byte) (int, error) {
	for {
		n, err := r.member.Read(p)
		if err != io.EOF {
			return n, err
		}
		if err := r.next(); n > 0 || err != nil {
			return n, err
		}
	}
}

// next begins the next member.
func (r *gzipReader) next() error {
	if _, err := r.in.Peek(1); err != nil {
		return err
	}
	err := r.member.Reset(r.in)
	r.member.Multistream(false)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, gzip.ErrHeader) {
		err = errFollows
	}
	return err
}

func (r *gzipReader) Close() error { return r.member.Close() }
