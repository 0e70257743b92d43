package nar

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// manyFiles builds an archive of n files of the given size.
func manyFiles(b testing.TB, n int, size int64) []byte {
	var buf bytes.Buffer
	w := NewWriter(&buf)
	content := make([]byte, size)
	write := func(entry Entry) {
		if err := w.WriteHeader(entry); err != nil {
			b.Fatal(err)
		}
		w.Write(content[:entry.Size])
	}
	write(Entry{Type: Directory})
	for i := range n {
		write(Entry{Path: fmt.Sprintf("file-%06d", i), Type: Regular, Size: size})
	}
	if err := w.Close(); err != nil {
		b.Fatal(err)
	}
	return buf.Bytes()
}

// BenchmarkIndex lists an archive on disk without its contents.
func BenchmarkIndex(b *testing.B) {
	for _, size := range []int64{100, 4 << 10, 100 << 10} {
		b.Run(fmt.Sprintf("1000 files of %d bytes", size), func(b *testing.B) {
			data := manyFiles(b, 1000, size)
			path := filepath.Join(b.TempDir(), "x.nar")
			if err := os.WriteFile(path, data, 0o644); err != nil {
				b.Fatal(err)
			}
			f, err := os.Open(path)
			if err != nil {
				b.Fatal(err)
			}
			defer f.Close()
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := f.Seek(0, io.SeekStart); err != nil {
					b.Fatal(err)
				}
				if err := index(f); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkWrite writes an archive to nowhere.
func BenchmarkWrite(b *testing.B) {
	b.ReportAllocs()
	content := make([]byte, 64<<10)
	b.SetBytes(100 * int64(len(content)))
	for b.Loop() {
		w := NewWriter(io.Discard)
		if err := w.WriteHeader(Entry{Type: Directory}); err != nil {
			b.Fatal(err)
		}
		for i := range 100 {
			if err := w.WriteHeader(Entry{Path: fmt.Sprintf("%03d", i), Type: Regular, Size: int64(len(content))}); err != nil {
				b.Fatal(err)
			}
			w.Write(content)
		}
		if err := w.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
