package scriptfs

import (
	"errors"
	"fmt"
	"io"
)

// stream reads a store object's file from front to back, which is all that the
// object can do.
type stream struct {
	file  *objectFile
	open  io.ReadCloser
	place int64
}

// read reads some of a file from a place on.
func (s *stream) read(p []byte, file *objectFile, place int64) (int, error) {
	if s.file != file || s.place > place {
		if err := s.close(); err != nil {
			return 0, err
		}
	}
	if s.open == nil {
		open, err := file.object.OpenFile(file.entry)
		if err != nil {
			return 0, err
		}
		*s = stream{file: file, open: open}
	}
	if s.place < place {
		n, err := io.CopyN(io.Discard, s.open, place-s.place)
		s.place += n
		if err != nil {
			return 0, fmt.Errorf("read %s: %w", file.entry.Path, err)
		}
	}
	n, err := s.open.Read(p)
	s.place += int64(n)
	if n > 0 && errors.Is(err, io.EOF) {
		err = nil
	}
	return n, err
}

func (s *stream) close() error {
	if s.open == nil {
		return nil
	}
	err := s.open.Close()
	*s = stream{}
	return err
}
