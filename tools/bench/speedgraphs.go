package main

import (
	"fmt"
	"io"
	"math/rand/v2"

	"github.com/rules-strata/rules_strata/go/store"
)

// A graph of the suite speed has about ten references for each object, to
// objects of higher numbers.
const graphReferences = 10

// graphFile is the name of the graph of n objects.
func graphFile(n int) string { return fmt.Sprintf("graph-%d.json", n) }

// writeGraphs writes the graphs as Nix describes them, the same every time.
func writeGraphs(folder string, sizes []int) error {
	f := files{folder: folder}
	for _, n := range sizes {
		f.create(graphFile(n), func(w io.Writer) error { return writeGraph(w, n) })
	}
	return f.err
}

// writeGraph writes a graph of n objects, of which the first needs all others,
// directly or not. It keeps none of it: memory that this program has had counts
// as that of the programs that it starts.
func writeGraph(w io.Writer, n int) error {
	random := rand.New(rand.NewPCG(5, uint64(n)))
	separator := "["
	for i := range n {
		if _, err := fmt.Fprintf(w, "%s{\"path\":%q,\"narSize\":%d,\"references\":[", separator, nodePath(i), 1+random.Uint32()%(1<<20)); err != nil {
			return err
		}
		separator = ",\n"
		for m := range min(graphReferences, n-1-i) {
			to, comma := i+1, ""
			if m > 0 {
				to, comma = to+int(random.Uint32()%uint32(n-1-i)), ","
			}
			if _, err := fmt.Fprintf(w, "%s%q", comma, nodePath(to)); err != nil {
				return err
			}
		}
		if _, err := io.WriteString(w, "]}"); err != nil {
			return err
		}
	}
	_, err := io.WriteString(w, "]\n")
	return err
}

func nodePath(n int) store.Path { return loadPath(fmt.Sprintf("node-%d", n)) }

// graphTask orders and splits the objects of a graph.
func (s *speedSteps) graphTask(n int) *task {
	t := s.task(fmt.Sprintf("closure and plan of %d objects", n),
		fmt.Sprintf("closure --graph %s --out OUT/closure %s", graphFile(n), nodePath(0)),
		"plan --closure OUT/closure --max-layers 125 --own-layers 1 --out OUT/plan")
	t.input = 0
	return t
}
