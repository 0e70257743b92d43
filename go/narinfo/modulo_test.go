package narinfo

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/store"
)

const selfHash = "w95gx2i1cj3k3xycs1cbbkyb3hx3izmk"

// TestModulo: wherever the content is cut into writes, the hashes are those of
// the whole content.
func TestModulo(t *testing.T) {
	zero := strings.Repeat("\x00", len(selfHash))
	for _, test := range []struct{ name, content, want, places string }{
		{"empty", "", "", ""},
		{"nothing", "abc", "abc", ""},
		{"alone", selfHash, zero, "|0"},
		{"twice", "a" + selfHash + selfHash + "b", "a" + zero + zero + "b", "|1|33"},
		{"its beginning", selfHash[:31] + "-", selfHash[:31] + "-", ""},
		{"its beginning at the end", "x" + selfHash[:31], "x" + selfHash[:31], ""},
		{"its beginning before it", selfHash[:5] + selfHash + "x", selfHash[:5] + zero + "x", "|5"},
	} {
		t.Run(test.name, func(t *testing.T) {
			want := [][]byte{sum(test.want), sum(test.want + test.places)}
			for _, size := range []int{1, 2, 31, 32, 33, 1000} {
				m := &moduloWriter{out: sha256.New(), hashPart: selfHash}
				for chunk := range slices.Chunk([]byte(test.content), size) {
					if n, err := m.Write(chunk); n != len(chunk) || err != nil {
						t.Fatalf("got %d, %v", n, err)
					}
				}
				if got := m.sums(); !slices.EqualFunc(got, want, bytes.Equal) {
					t.Errorf("%d bytes at a time: got %x, want %x", size, got, want)
				}
			}
		})
	}
}

func sum(s string) []byte {
	h := sha256.Sum256([]byte(s))
	return h[:]
}

// TestModuloWithPlaces: the path that a Nix makes that hashes where the object
// has its own path, too.
func TestModuloWithPlaces(t *testing.T) {
	const zero = "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
	before := string(narOf(t, "/nix/store/"+zero+"-self\n"))
	at := strings.Index(before, zero)
	inner := sum(before + fmt.Sprintf("|%d", at))
	path := makePath(store.DefaultDir, "source:self", inner, "self")
	content := strings.Replace(before, zero, path.HashPart(), 1)
	n := &NARInfo{
		StorePath: path, NARHash: Hash(sum(content)), NARSize: int64(len(content)),
		References: []store.Path{path}, ContentAddress: "fixed:r:sha256:" + store.Base32(inner),
	}
	if err := checked(n, []byte(content)); err != nil {
		t.Error(err)
	}
	wantError(t, checked(n, []byte(before)), "the content is not the one of its content address")
}

func TestModuloMemory(t *testing.T) {
	m := &moduloWriter{out: sha256.New(), hashPart: selfHash}
	many := []byte(strings.Repeat(selfHash, 1024))
	for range maxPlaces / 1024 {
		if _, err := m.Write(many); err != nil {
			t.Fatal(err)
		}
	}
	_, err := m.Write(many)
	wantError(t, err, "the object has its own path more than 1048576 times")
}
