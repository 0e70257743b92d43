package export_test

import (
	"archive/tar"
	"bufio"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/rules-strata/rules_strata/go/archive"
	"github.com/rules-strata/rules_strata/go/export"
)

// made is a layer whose tar is made anew each time.
func made(t *testing.T, entries func(w *tar.Writer) error) archive.Layer {
	t.Helper()
	write := func(_ context.Context, out io.Writer) error {
		buffered := bufio.NewWriterSize(out, 1<<16)
		w := tar.NewWriter(buffered)
		if err := entries(w); err != nil {
			return err
		}
		if err := w.Close(); err != nil {
			return err
		}
		return buffered.Flush()
	}
	sum := sha256.New()
	var n counter
	if err := write(t.Context(), io.MultiWriter(sum, &n)); err != nil {
		t.Fatal(err)
	}
	return archive.Layer{DiffID: fmt.Sprintf("sha256:%x", sum.Sum(nil)), Size: int64(n), Write: write}
}

type counter int64

func (n *counter) Write(p []byte) (int, error) {
	*n += counter(len(p))
	return len(p), nil
}

// discard forgets what is written, and looks at the memory in use at the time of
// the first write.
type discard struct {
	size  atomic.Int64
	first func()
}

func (d *discard) WriteAt(p []byte, off int64) (int, error) {
	if d.first != nil {
		d.first()
		d.first = nil
	}
	d.size.Store(max(d.size.Load(), off+int64(len(p))))
	return len(p), nil
}

// TestLargeLayer: a layer of 512 MiB takes little memory.
func TestLargeLayer(t *testing.T) {
	const size = 512 << 20
	block := make([]byte, 1<<20)
	large := made(t, func(w *tar.Writer) error {
		if err := w.WriteHeader(&tar.Header{Name: "large", Typeflag: tar.TypeReg, Size: size}); err != nil {
			return err
		}
		for range size / len(block) {
			if _, err := w.Write(block); err != nil {
				return err
			}
		}
		return nil
	})
	var out discard
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if err := export.Write(t.Context(), &out, []archive.Layer{large}); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 4<<20 {
		t.Errorf("%d KiB of memory were needed", used>>10)
	}
	if got := out.size.Load(); got < size || got > size+1<<16 {
		t.Errorf("%d bytes were written", got)
	}
}

// TestManyFiles: the tree of 50,000 files takes less than 32 MiB.
func TestManyFiles(t *testing.T) {
	const files = 50_000
	many := made(t, func(w *tar.Writer) error {
		for n := range files {
			name := fmt.Sprintf("usr/share/folder-%d/a-file-with-a-usual-name-%d", n/100, n)
			if err := w.WriteHeader(&tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o644, Size: 5}); err != nil {
				return err
			}
			if _, err := io.WriteString(w, "hello"); err != nil {
				return err
			}
		}
		return nil
	})
	var before, during runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	out := discard{first: func() {
		runtime.GC()
		runtime.ReadMemStats(&during)
	}}
	if err := export.Write(t.Context(), &out, []archive.Layer{many}); err != nil {
		t.Fatal(err)
	}
	used := int64(during.HeapAlloc) - int64(before.HeapAlloc)
	t.Logf("%d bytes a file", used/files)
	if used > 32<<20 {
		t.Errorf("%d KiB of memory were needed", used>>10)
	}
}
