package closure

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/rules-strata/rules_strata/go/store"
)

// BenchmarkMake is the whole step: a graph file in, closure.json out. Bytes
// are those of the graph file.
func BenchmarkMake(b *testing.B) {
	for _, objects := range []int{10_000, 100_000} {
		b.Run(fmt.Sprintf("%dk", objects/1000), func(b *testing.B) {
			dir := b.TempDir()
			in := filepath.Join(dir, "graph.json")
			size := writeRandomGraph(b, in, objects, 10)
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				c, err := Make(Options{StoreDir: store.DefaultDir, Graphs: []string{in}})
				if err != nil {
					b.Fatal(err)
				}
				if err := c.Write(filepath.Join(dir, "closure.json")); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// writeRandomGraph writes a graph of n objects with up to degree references
// each and returns its size in bytes.
func writeRandomGraph(b *testing.B, file string, n, degree int) int {
	b.Helper()
	random := rand.New(rand.NewPCG(1, 1))
	name := func(i int) string { return fmt.Sprintf("%s/%032d-package-%d", store.DefaultDir, i, i) }
	objects := make([]string, n)
	for i := range objects {
		var refs []string
		for range min(degree, n-1-i) {
			refs = append(refs, name(i+1+random.IntN(n-1-i)))
		}
		objects[i] = object(name(i), `,"narSize":1000`, refs...)
	}
	data := array(objects...)
	if err := os.WriteFile(file, []byte(data), 0o644); err != nil {
		b.Fatal(err)
	}
	return len(data)
}
