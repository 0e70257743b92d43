package layer

import (
	"io"
	"runtime"
	"testing"

	"github.com/rules-strata/rules_strata/go/object"
)

// TestSmallLayerAllocations: a layer of a little file does without the buffers
// that large files need. Most objects are small, and a worker describes
// thousands of them.
func TestSmallLayerAllocations(t *testing.T) {
	obj := benchNAR(t, 1, []byte("hello\n"))
	write := func() {
		if _, err := Write(io.Discard, []*object.Object{obj}, DefaultOptions()); err != nil {
			t.Fatal(err)
		}
	}
	write() // the object's own buffers
	const runs, limit = 100, 8 << 10
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range runs {
		write()
	}
	runtime.ReadMemStats(&after)
	if each := (after.TotalAlloc - before.TotalAlloc) / runs; each > limit {
		t.Errorf("%d bytes are allocated for a layer, want at most %d", each, limit)
	}
}

// TestReadSize: what is read at once has room for the byte that shows that a
// file has grown, and never more than contentSize.
func TestReadSize(t *testing.T) {
	for _, test := range []struct{ size, want int }{{0, 1}, {1, 2}, {contentSize - 1, contentSize}, {contentSize, contentSize}, {3 * contentSize, contentSize}} {
		obj := benchNAR(t, 2, make([]byte, test.size))
		if got := readSize([]*object.Object{obj}); got != test.want {
			t.Errorf("files of %d bytes: %d, want %d", test.size, got, test.want)
		}
	}
	if got := readSize(nil); got != 1 {
		t.Errorf("without objects: %d", got)
	}
}
