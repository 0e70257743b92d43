package narimport

import (
	"crypto/sha256"
	"errors"
	"io"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/rules-strata/rules_strata/go/decompress"
	"github.com/rules-strata/rules_strata/go/nar"
	"github.com/rules-strata/rules_strata/go/narinfo"
)

// TestMemory: a large object needs little memory.
func TestMemory(t *testing.T) {
	sum := sha256.New()
	size, err := writeLarge(sum)
	if err != nil {
		t.Fatal(err)
	}
	n := describe(nil, "")
	n.NARHash, n.NARSize = narinfo.Hash(sum.Sum(nil)), size
	sign(n)
	for f, pack := range map[decompress.Format]func(io.Writer) (io.WriteCloser, error){
		decompress.None: func(w io.Writer) (io.WriteCloser, error) { return nopCloser{w}, nil },
		decompress.Zstd: func(w io.Writer) (io.WriteCloser, error) {
			return zstd.NewWriter(w, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
		},
	} {
		r, w := io.Pipe()
		go func() {
			packed, err := pack(w)
			if err == nil {
				_, err = writeLarge(packed)
				err = errors.Join(err, packed.Close())
			}
			w.CloseWithError(err)
		}()
		n.Compression = f
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if err := Copy(io.Discard, r, n, keys); err != nil {
			t.Errorf("%s: %v", f, err)
		}
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used > 64<<20 {
			t.Errorf("%s: %d MiB were needed", f, used>>20)
		}
	}
}

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }

// writeLarge writes a NAR of 200 MiB, in one file, and gives its size.
func writeLarge(out io.Writer) (int64, error) {
	const blocks = 200
	random := rand.NewChaCha8([32]byte{})
	block := make([]byte, 1<<20)
	// What is random does not fail to be read.
	_, _ = random.Read(block)
	counted := &counter{Writer: out}
	w := nar.NewWriter(counted)
	if err := w.WriteHeader(nar.Entry{Type: nar.Regular, Size: blocks << 20}); err != nil {
		return 0, err
	}
	for range blocks {
		if _, err := w.Write(block); err != nil {
			return 0, err
		}
	}
	err := w.Close()
	return counted.n, err
}

type counter struct {
	io.Writer
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.Writer.Write(p)
	c.n += int64(n)
	return n, err
}
