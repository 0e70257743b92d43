package layer

import (
	"io"

	"github.com/rules-strata/rules_strata/go/object"
)

// contentSize is how much of a file is read at once: it fits in a core's
// second cache, where reading, scanning and hashing follow each other. More is no
// faster, and costs a process page faults that reads one small object.
const contentSize = 64 << 10

// readSize is how much of the objects' files is read at once: one byte more than
// the largest has, which is where its end shows, but not over contentSize. Most
// objects are small, and memory that is not used has its price, too.
func readSize(objects []*object.Object) int {
	var largest int64
	for _, obj := range objects {
		entries := obj.Entries()
		for i := range entries {
			largest = max(largest, entries[i].Size)
		}
	}
	return int(min(largest+1, contentSize))
}

// file writes a file's content and scans it.
func (l *writer) file(obj *object.Object, e *object.Entry) error {
	r, err := obj.OpenFile(e)
	if err != nil {
		return err
	}
	err = l.copy(r, obj, e)
	if closeErr := r.Close(); err == nil {
		err = closeErr
	}
	return err
}

// copy reads to the end, also when all bytes are there: only the end shows
// that the file has not grown.
func (l *writer) copy(r io.Reader, obj *object.Object, e *object.Entry) error {
	overlap := l.scan.overlap
	kept := 0 // how many bytes before overlap are left of the last read
	for left := e.Size; ; {
		n, err := r.Read(l.content[overlap:])
		if err != nil && err != io.EOF {
			return err
		}
		if n > 0 {
			if _, err := l.tar.Write(l.content[overlap : overlap+n]); err != nil {
				return err
			}
			left -= int64(n)
			seen := l.content[overlap-kept : overlap+n]
			l.scan.content(obj, e, seen, left == 0)
			kept = min(overlap, len(seen))
			copy(l.content[overlap-kept:], seen[len(seen)-kept:])
		}
		if err == io.EOF {
			return nil
		}
	}
}
