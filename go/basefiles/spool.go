package basefiles

import (
	"archive/tar"
	"bufio"
	"context"
	"fmt"
	"io"
	"os"

	"github.com/rules-strata/rules_strata/go/archive"
	"github.com/rules-strata/rules_strata/go/imagetree"
)

const (
	// writeSize is how many bytes are written at once, readSize how many are
	// read.
	writeSize = 64 << 10
	readSize  = 32 << 10
)

// spool has the contents of a layer's files, one after the other, in a file
// without a name.
type spool struct {
	file    *os.File
	reserve func(bytes int64) error
	size    int64
	// offsets are where the contents begin, by the numbers of their entries.
	offsets []int64
}

// fill reads a layer.
func (s *spool) fill(ctx context.Context, layers []archive.Layer, layer int) error {
	if err := s.create(); err != nil {
		return err
	}
	out := bufio.NewWriterSize(s.file, writeSize)
	buffer := make([]byte, readSize)
	err := imagetree.Walk(ctx, layers, layer, func(_ int, hdr *tar.Header, content io.Reader) error {
		s.offsets = append(s.offsets, s.size)
		if hdr.Typeflag != tar.TypeReg || hdr.Size == 0 {
			return nil
		}
		if err := s.reserve(hdr.Size); err != nil {
			return err
		}
		n, err := io.CopyBuffer(onlyWriter{out}, content, buffer)
		s.size += n
		return err
	})
	if err != nil {
		return err
	}
	return out.Flush()
}

// onlyWriter hides that a writer can read by itself, with a buffer for every
// file.
type onlyWriter struct{ io.Writer }

func (s *spool) create() error {
	file, err := os.CreateTemp("", "strata-base-*")
	if err != nil {
		return fmt.Errorf("make a temporary file: %w", err)
	}
	s.file = file
	if err := os.Remove(file.Name()); err != nil {
		return fmt.Errorf("make a temporary file: %w", err)
	}
	return nil
}

// open opens a file's content.
func (s *spool) open(file *imagetree.Inode) (io.ReadCloser, error) {
	if file.Entry >= len(s.offsets) || s.offsets[file.Entry]+file.Size > s.size {
		return nil, fmt.Errorf("entry %d of layer %d has no content of %d bytes", file.Entry, file.Layer+1, file.Size)
	}
	return io.NopCloser(io.NewSectionReader(s.file, s.offsets[file.Entry], file.Size)), nil
}

func (s *spool) close() error {
	if s.file == nil {
		return nil
	}
	return s.file.Close()
}
