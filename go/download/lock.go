package download

import (
	"errors"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// errLocked says that somebody else has a lock.
var errLocked = errors.New("it is locked")

// lock is a file that one process at a time has (flock(2)). The system takes it
// from a process that ends, so that a file which is left behind locks nothing.
type lock struct{ file *os.File }

// takeLock does not wait: the error is errLocked if somebody else has the lock.
func takeLock(path string) (*lock, error) {
	for {
		f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
		if err != nil {
			return nil, err
		}
		err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if err == nil && isAt(f, path) {
			return &lock{f}, nil
		}
		switch {
		case errors.Is(err, unix.EWOULDBLOCK):
			_ = f.Close()
			return nil, errLocked
		case isUnsupported(err):
			return &lock{f}, nil
		case err != nil:
			_ = f.Close()
			return nil, &fs.PathError{Op: "lock", Path: path, Err: err}
		}
		// Who had the lock has removed the file since it was opened here.
		_ = f.Close()
	}
}

// isUnsupported is for file systems without locks, such as Lustre and some NFS:
// there nobody has one.
func isUnsupported(err error) bool {
	return errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.ENOLCK) || errors.Is(err, unix.ENOTSUP) || errors.Is(err, unix.EOPNOTSUPP)
}

// isAt says whether an open file is still the one at a path.
func isAt(f *os.File, path string) bool {
	open, err := f.Stat()
	if err != nil {
		return false
	}
	there, err := os.Stat(path)
	return err == nil && os.SameFile(open, there)
}

// release removes the file while nobody else has it, and lets it go.
func (l *lock) release() {
	// A file that stays locks nothing.
	_ = os.Remove(l.file.Name())
	_ = l.file.Close()
}
