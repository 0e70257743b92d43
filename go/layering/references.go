package layering

import (
	"slices"

	"github.com/rules-strata/rules_strata/go/closure"
	"github.com/rules-strata/rules_strata/go/store"
)

// lists are n lists of numbers, the i-th being all[start[i]:start[i+1]].
type lists struct {
	start []int32
	all   []int32
}

func (l lists) len() int { return len(l.start) - 1 }

func (l lists) at(i int32) []int32 { return l.all[l.start[i]:l.start[i+1]] }

// referencesOf returns what each object refers to, by its index in objects:
// each once, and not itself. A reference to anything else is left out.
func referencesOf(objects []closure.Object) lists {
	index := make(map[store.Path]int32, len(objects))
	total := 0
	for i, o := range objects {
		index[o.Path] = int32(i)
		total += len(o.References)
	}
	out := lists{start: make([]int32, 1, len(objects)+1), all: make([]int32, 0, total)}
	for i, o := range objects {
		first := len(out.all)
		for _, r := range o.References {
			if j, ok := index[r]; ok && int(j) != i {
				out.all = append(out.all, j)
			}
		}
		own := out.all[first:]
		slices.Sort(own)
		out.all = out.all[:first+len(slices.Compact(own))]
		out.start = append(out.start, int32(len(out.all)))
	}
	return out
}

// roots returns the objects that no other object refers to.
func (l lists) roots() []int32 {
	referred := make([]bool, l.len())
	for _, r := range l.all {
		referred[r] = true
	}
	var roots []int32
	for i, yes := range referred {
		if !yes {
			roots = append(roots, int32(i))
		}
	}
	return roots
}

// reversed turns lists of references between n nodes into lists of referrers.
// A node that is in a list twice has two entries.
func (l lists) reversed() lists {
	out := lists{start: make([]int32, len(l.start)), all: make([]int32, len(l.all))}
	for _, to := range l.all {
		out.start[to+1]++
	}
	for i := range l.len() {
		out.start[i+1] += out.start[i]
	}
	next := slices.Clone(out.start)
	for from := range int32(l.len()) {
		for _, to := range l.at(from) {
			out.all[next[to]] = from
			next[to]++
		}
	}
	return out
}
