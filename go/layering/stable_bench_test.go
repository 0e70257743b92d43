package layering

import (
	"math/rand/v2"
	"testing"
)

// BenchmarkSized plans 10,000 objects in memory, with as many layers as an
// image may have.
func BenchmarkSized(b *testing.B) {
	c := randomClosure(rand.New(rand.NewPCG(1, 2)), 10_000)
	oneOrigin := randomClosure(rand.New(rand.NewPCG(1, 2)), 10_000)
	for i := range oneOrigin.Objects {
		oneOrigin.Objects[i].Origin = "@all"
	}
	for _, name := range sizedStrategies {
		b.Run(name, func(b *testing.B) {
			p := sized(c, MaxImageLayers)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := strategies()[name](p); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("stable, one origin", func(b *testing.B) {
		p := sized(oneOrigin, MaxImageLayers)
		b.ReportAllocs()
		for b.Loop() {
			if _, err := planStable(p); err != nil {
				b.Fatal(err)
			}
		}
	})
}
