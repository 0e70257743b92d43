package scriptfs

import (
	"errors"
	"fmt"
	"io"
	"os"
)

const (
	// memoryLimit is how many bytes of contents are kept in memory.
	memoryLimit = 8 << 20
	chunkSize   = 64 << 10
)

// arena keeps what scripts write, one byte after the other and never changed:
// the first memoryLimit bytes in memory, the others in a file without a name.
type arena struct {
	size   int64
	chunks [][]byte
	file   *os.File
	// closers are the store objects that were opened.
	closers []io.Closer
}

// append keeps p and says where it begins. All of p is in memory or none.
func (a *arena) append(p []byte) (int64, error) {
	at := a.size
	if at < memoryLimit && at+int64(len(p)) > memoryLimit {
		at = memoryLimit
	}
	if at < memoryLimit {
		a.size += int64(len(p))
		a.remember(p, at)
		return at, nil
	}
	if a.file == nil {
		if err := a.spill(); err != nil {
			return 0, err
		}
	}
	if _, err := a.file.WriteAt(p, at-memoryLimit); err != nil {
		return 0, fmt.Errorf("keep %d bytes that a script wrote in a temporary file: %w", len(p), err)
	}
	a.size = at + int64(len(p))
	return at, nil
}

func (a *arena) remember(p []byte, at int64) {
	for len(p) > 0 {
		i, offset := at/chunkSize, at%chunkSize
		if int(i) == len(a.chunks) {
			a.chunks = append(a.chunks, make([]byte, chunkSize))
		}
		n := copy(a.chunks[i][offset:], p)
		p = p[n:]
		at += int64(n)
	}
}

// spill makes the temporary file.
func (a *arena) spill() error {
	file, err := os.CreateTemp("", "strata-script-*")
	if err != nil {
		return fmt.Errorf("keep what a script wrote: %w", err)
	}
	a.file = file
	if err := os.Remove(file.Name()); err != nil {
		return fmt.Errorf("keep what a script wrote: %w", err)
	}
	return nil
}

// read fills p with what was kept from a place on.
func (a *arena) read(p []byte, at int64) error {
	for len(p) > 0 && at < memoryLimit {
		n := copy(p, a.chunks[at/chunkSize][at%chunkSize:])
		p = p[n:]
		at += int64(n)
	}
	if len(p) == 0 {
		return nil
	}
	if _, err := a.file.ReadAt(p, at-memoryLimit); err != nil {
		return fmt.Errorf("read what a script wrote: %w", err)
	}
	return nil
}

func (a *arena) close() error {
	var errs []error
	if a.file != nil {
		errs = append(errs, a.file.Close())
	}
	for _, c := range a.closers {
		errs = append(errs, c.Close())
	}
	a.closers = nil
	return errors.Join(errs...)
}
