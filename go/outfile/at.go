package outfile

import (
	"errors"
	"fmt"
	"syscall"
)

// WriteAt writes p at an offset in bytes, for outputs that are not written in
// their order. Such an output is written by WriteAt alone, and is a regular
// file.
func (f *File) WriteAt(p []byte, off int64) (int, error) {
	if f.direct != nil {
		n, err := f.direct.WriteAt(p, off)
		if errors.Is(err, syscall.ESPIPE) {
			err = fmt.Errorf("write %s: it is not written in its order: name a regular file: %w", f.path, err)
		}
		return n, err
	}
	n, err := f.pending.WriteAt(p, off)
	if err != nil {
		err = Explain(ofOutput(err, f.path), f.path, off+int64(len(p)))
	}
	return n, err
}
