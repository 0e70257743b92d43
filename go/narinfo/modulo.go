package narinfo

import (
	"bytes"
	"fmt"
	"hash"
	"strconv"

	"github.com/rules-strata/rules_strata/go/store"
)

// maxPlaces bounds the memory for the places where an object has its own path.
const maxPlaces = 1 << 20

// moduloWriter hashes an object that refers to itself as it was before it had
// a store path: with zero bytes for its hash part.
type moduloWriter struct {
	out      hash.Hash
	hashPart string
	// held is the end of what was written, which may begin a hash part.
	held []byte
	// offset is where held begins.
	offset int64
	places []int64
}

var zeros [store.HashLen]byte

// Write hashes all but the last bytes, of which more must be seen.
func (m *moduloWriter) Write(p []byte) (int, error) {
	m.held = append(m.held, p...)
	data := m.held
	for {
		i := bytes.Index(data, []byte(m.hashPart))
		if i < 0 {
			break
		}
		if len(m.places) == maxPlaces {
			return 0, fmt.Errorf("the object has its own path more than %d times, which is not supported", maxPlaces)
		}
		m.places = append(m.places, m.offset+int64(i))
		m.out.Write(data[:i])
		m.out.Write(zeros[:])
		data = m.advance(data, i+len(m.hashPart))
	}
	if n := len(data) - (len(m.hashPart) - 1); n > 0 {
		m.out.Write(data[:n])
		data = m.advance(data, n)
	}
	m.held = append(m.held[:0], data...)
	return len(p), nil
}

func (m *moduloWriter) advance(data []byte, n int) []byte {
	m.offset += int64(n)
	return data[n:]
}

// sums ends the content, and gives the two hashes that Nix may have made of it:
// of the content alone, as Nix 2.34 does, and with "|<offset>" after it for each
// place, as Nix 2.8 does.
func (m *moduloWriter) sums() [][]byte {
	m.out.Write(m.held)
	m.held = nil
	list := [][]byte{m.out.Sum(nil)}
	for _, at := range m.places {
		m.out.Write(strconv.AppendInt([]byte{'|'}, at, 10))
	}
	return append(list, m.out.Sum(nil))
}
