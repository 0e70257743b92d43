package scriptfs

import (
	"bytes"
	"io"
	"math/rand/v2"
	"os"
	"testing"
	"time"
)

// TestWrite writes and cuts files at random places and compares with bytes in
// memory.
func TestWrite(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	f := New(time.Unix(1, 0))
	if err := f.Mkdir("/d", 0o755); err != nil {
		t.Fatal(err)
	}
	models := map[string][]byte{}
	pick := func() string { return string("abcd"[rng.IntN(4)]) }
	for round := range 3000 {
		path := "/d/" + pick()
		model := models[path]
		switch rng.IntN(10) {
		case 0:
			size := rng.IntN(200)
			if _, ok := models[path]; !ok {
				continue
			}
			if err := f.Truncate(path, int64(size)); err != nil {
				t.Fatal(err)
			}
			grown := make([]byte, size)
			copy(grown, model)
			model = grown
		case 1:
			src := "/d/" + pick()
			if _, ok := models[src]; !ok {
				continue
			}
			if err := f.Clone(src, path, 0o644); err != nil {
				t.Fatal(err)
			}
			model = bytes.Clone(models[src])
		default:
			place, data := rng.IntN(150), make([]byte, 1+rng.IntN(60))
			for i := range data {
				data[i] = byte('a' + rng.IntN(26))
			}
			h, err := f.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := h.Seek(int64(place), io.SeekStart); err != nil {
				t.Fatal(err)
			}
			if _, err := h.Write(data); err != nil {
				t.Fatal(err)
			}
			if end := place + len(data); end > len(model) {
				model = append(model, make([]byte, end-len(model))...)
			}
			model = bytes.Clone(model)
			copy(model[place:], data)
		}
		models[path] = model
		for path, want := range models {
			h, err := f.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(h)
			if err != nil || !bytes.Equal(got, want) {
				t.Fatalf("round %d: %s is %q, %v, want %q", round, path, got, err, want)
			}
			at := rng.IntN(20)
			some := make([]byte, 30)
			n, err := h.ReadAt(some, int64(at))
			if tail := want[min(at, len(want)):]; !bytes.Equal(some[:n], tail[:min(30, len(tail))]) || (err == nil) != (n == 30) {
				t.Fatalf("round %d: %s from %d on is %q, %v", round, path, at, some[:n], err)
			}
		}
	}
}
