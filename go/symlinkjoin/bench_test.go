package symlinkjoin

import (
	"fmt"
	"testing"
)

// BenchmarkJoin links ten objects of 10,000 files each.
func BenchmarkJoin(b *testing.B) {
	var lists [][]string
	for object := range 10 {
		var list []string
		for i := range 10_000 {
			list = append(list, fmt.Sprintf("share/%d/%d/file%d", i%20, i, object))
		}
		lists = append(lists, list)
	}
	list := contents(lists...)
	b.ReportAllocs()
	for b.Loop() {
		join(b, list)
	}
}
