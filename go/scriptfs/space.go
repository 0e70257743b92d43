package scriptfs

import (
	"fmt"
	"syscall"
)

// nodeSize is about how many bytes of memory a file takes beside its content.
const nodeSize = 512

// space counts the bytes of memory and disk that a file system takes.
type space struct {
	taken, limit int64
	// err is the error for more than the limit, nil if there is no limit.
	err error
}

// Bound limits what the file system takes of the host's memory and disk, in
// bytes: what was written, even if it is gone again, and what Reserve counts.
// Err is exceeded from the first write on that is too much, and so are the
// writes, as ENOSPC. Contents that files share with a store object or a base
// take nothing.
func (f *FS) Bound(limit int64, exceeded error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.space.limit, f.space.err = limit, exceeded
}

// Reserve counts bytes that somebody else keeps on the host for the file
// system.
func (f *FS) Reserve(bytes int64) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.reserve(bytes)
}

func (f *FS) reserve(bytes int64) error {
	s := &f.space
	if s.err == nil || bytes <= s.limit-s.taken {
		s.taken += bytes
		return nil
	}
	s.taken = s.limit
	if f.err == nil {
		f.err = s.err
	}
	return fmt.Errorf("%w: %w", syscall.ENOSPC, s.err)
}

// keep keeps what a script wrote, and says where in the arena it begins.
func (f *FS) keep(p []byte) (int64, error) {
	if err := f.reserve(int64(len(p))); err != nil {
		return 0, err
	}
	at, err := f.arena.append(p)
	if err != nil {
		return 0, f.fail(err)
	}
	return at, nil
}

// makeNode is a new file for a script.
func (f *FS) makeNode(t Type, mode uint32) (*node, error) {
	if err := f.reserve(nodeSize); err != nil {
		return nil, err
	}
	return f.newNode(t, mode), nil
}
