package layering

import (
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"github.com/rules-strata/rules_strata/go/jsonfile"
)

var benchGraphs = []struct {
	name string
	refs func() [][]int
}{
	{"random/10k", func() [][]int { return randomGraph(rand.New(rand.NewPCG(1, 2)), 10_000, 10, 10_000) }},
	{"window/10k", func() [][]int { return randomGraph(rand.New(rand.NewPCG(1, 2)), 10_000, 10, 100) }},
	{"band/10k", func() [][]int { return band(10_000, 10) }},
	{"ladder/10k", func() [][]int { return ladder(3_333) }},
	{"strands/10k", func() [][]int { return strands(rand.New(rand.NewPCG(1, 2)), 3_333) }},
	{"random/100k", func() [][]int { return randomGraph(rand.New(rand.NewPCG(1, 2)), 100_000, 10, 100_000) }},
	{"window/100k", func() [][]int { return randomGraph(rand.New(rand.NewPCG(1, 2)), 100_000, 10, 1000) }},
	{"band/100k", func() [][]int { return band(100_000, 10) }},
	{"strands/100k", func() [][]int { return strands(rand.New(rand.NewPCG(1, 2)), 33_333) }},
}

// BenchmarkPopularity orders graphs in memory.
func BenchmarkPopularity(b *testing.B) {
	for _, g := range benchGraphs {
		b.Run(g.name, func(b *testing.B) {
			c := numbered(g.refs())
			b.ReportAllocs()
			for b.Loop() {
				if order := Popularity(c); len(order) != len(c.Objects) {
					b.Fatalf("%d of %d objects", len(order), len(c.Objects))
				}
			}
		})
	}
}

// BenchmarkPlan is the whole step: closure.json in, plan.json out. The peak of
// resident memory is the process's, so that of the largest graph before it.
func BenchmarkPlan(b *testing.B) {
	for _, g := range benchGraphs {
		b.Run(g.name, func(b *testing.B) {
			dir := b.TempDir()
			in, out := filepath.Join(dir, "closure.json"), filepath.Join(dir, "plan.json")
			c := numbered(g.refs())
			c.Roots = append(c.Roots, c.Objects[0].Path)
			if err := jsonfile.Write(in, c); err != nil {
				b.Fatal(err)
			}
			c = nil
			runtime.GC()
			b.ReportAllocs()
			start := usage(b)
			for b.Loop() {
				p, err := Make(Options{Closure: in, Strategy: "popularity", MaxLayers: 98})
				if err != nil {
					b.Fatal(err)
				}
				if err := p.Write(out); err != nil {
					b.Fatal(err)
				}
			}
			end := usage(b)
			cpu := end.Utime.Nano() + end.Stime.Nano() - start.Utime.Nano() - start.Stime.Nano()
			b.ReportMetric(float64(cpu)/1e6/float64(b.N), "cpu-ms/op")
			b.ReportMetric(float64(end.Maxrss)/1024, "peak-MiB")
		})
	}
}

func usage(b *testing.B) syscall.Rusage {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return u
}
