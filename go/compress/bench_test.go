package compress

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"
)

// BenchmarkWriter compresses words and random bytes, which most layers are a
// mixture of, without hashing. A compressor's allocations are those of one layer.
func BenchmarkWriter(b *testing.B) {
	const size = 16 << 20
	for _, content := range []struct {
		name string
		data []byte
	}{{"words", benchWords(size)}, {"random", benchRandom(size)}} {
		for _, k := range []Kind{Gzip, Zstd} {
			b.Run(fmt.Sprintf("%s/%s", k, content.name), func(b *testing.B) {
				b.SetBytes(size)
				b.ReportAllocs()
				for b.Loop() {
					w, err := NewWriter(io.Discard, k)
					if err != nil {
						b.Fatal(err)
					}
					if _, err := w.Write(content.data); err != nil {
						b.Fatal(err)
					}
					if err := w.Close(); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

func benchRandom(size int) []byte {
	data := make([]byte, size)
	// ChaCha8 has no error.
	_, _ = rand.NewChaCha8([32]byte{}).Read(data)
	return data
}

// benchWords are words of a thousand, with blanks between.
func benchWords(size int) []byte {
	random := rand.New(rand.NewPCG(1, 2))
	words := make([][]byte, 1000)
	for i := range words {
		words[i] = benchRandom(2 + random.IntN(8))
		for n := range words[i] {
			words[i][n] = 'a' + byte(random.IntN(26))
		}
	}
	var text bytes.Buffer
	for text.Len() < size {
		text.Write(words[random.IntN(len(words))])
		text.WriteByte(' ')
	}
	return text.Bytes()[:size]
}
