package layer

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/rules-strata/rules_strata/go/nar"
	"github.com/rules-strata/rules_strata/go/object"
)

const benchPath = "/nix/store/a1b2c3d4f5g6h7i8j9k0l1m2n3p4q5r6-bench"

// benchContents are kinds of bytes that the scan meets.
var benchContents = []struct {
	name string
	fill func(p []byte)
}{
	{"random", func(p []byte) {
		// ChaCha8 has no error.
		_, _ = rand.NewChaCha8([32]byte{}).Read(p)
	}},
	{"text", func(p []byte) {
		text := []byte("#include <bits/types.h> // a line of ordinary source text, /usr/include/x/y.h and so on\n")
		copy(p, bytes.Repeat(text, len(p)/len(text)+1))
	}},
	{"references", func(p []byte) {
		text := []byte("/nix/store/0123456789abcdfghijklmnpqrsvwxyz-lib/lib/libx.so:")
		copy(p, bytes.Repeat(text, len(p)/len(text)+1))
	}},
	{"base32", func(p []byte) {
		copy(p, bytes.Repeat([]byte("0123456789abcdf"), len(p)/15+1))
	}},
}

// benchNAR makes a NAR of n files of the given size on disk.
func benchNAR(b testing.TB, n int, content []byte) *object.Object {
	b.Helper()
	name := filepath.Join(b.TempDir(), "x.nar")
	f, err := os.Create(name)
	if err != nil {
		b.Fatal(err)
	}
	w := nar.NewWriter(f)
	check := func(err error) {
		if err != nil {
			b.Fatal(err)
		}
	}
	check(w.WriteHeader(nar.Entry{Type: nar.Directory}))
	for i := range n {
		check(w.WriteHeader(nar.Entry{Path: fmt.Sprintf("file-%06d", i), Type: nar.Regular, Size: int64(len(content))}))
		_, err := w.Write(content)
		check(err)
	}
	check(w.Close())
	check(f.Close())
	return openObject(b, benchPath, name)
}

// BenchmarkDiffID measures the whole step of an object from a NAR: open, read,
// scan, hash.
func BenchmarkDiffID(b *testing.B) {
	const total = 64 << 20
	for _, size := range []int{1 << 10, 16 << 10, 1 << 20, total} {
		for _, kind := range benchContents {
			b.Run(fmt.Sprintf("%s in files of %d KiB", kind.name, size>>10), func(b *testing.B) {
				content := make([]byte, size)
				kind.fill(content)
				obj := benchNAR(b, total/size, content)
				o := DefaultOptions()
				o.ScanReferences = true
				o.References = append(o.References, "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-lib")
				b.SetBytes(total)
				b.ReportAllocs()
				for b.Loop() {
					if _, err := Write(io.Discard, []*object.Object{obj}, o); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// BenchmarkScan measures the search for references alone.
func BenchmarkScan(b *testing.B) {
	for _, kind := range benchContents {
		b.Run(kind.name, func(b *testing.B) {
			data := make([]byte, contentSize)
			kind.fill(data)
			o := DefaultOptions()
			o.ScanReferences = true
			o.References = append(o.References, "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-lib")
			s := newScanner(nil, o)
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				s.content(nil, nil, data, true)
			}
		})
	}
}
