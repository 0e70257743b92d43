package layering

import (
	"fmt"
	"io"
	"math/big"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/rules-strata/rules_strata/go/store"
)

// debug writes a table of the plan: for each layer, bottom layer first, its
// size, that of all that it needs, and what it is for; for each object its
// size and popularity. Sizes are those of NARs in bytes, "?" where they are
// not known.
func (p *problem) debug(w io.Writer, plan *Plan, layers []planned) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "layering %q: %s for %s\n", plan.Strategy, count(len(layers), "store layer"), count(objects(layers), "object"))
	fmt.Fprintln(t, "LAYER\tSIZE\tCLOSURE\tPOPULARITY\tOBJECT")
	index := make(map[store.Path]int32, len(p.sizes))
	for i, o := range p.closure.Objects {
		index[o.Path] = int32(i)
	}
	popularity := popularityOf(p.refs)
	needs := newReach(p.refs)
	for n, l := range layers {
		members := make([]int32, len(l.paths))
		for i, path := range l.paths {
			members[i] = index[path]
		}
		usedBy := ""
		if len(l.usedBy) > 0 {
			usedBy = ", used by " + names(l.usedBy)
		}
		fmt.Fprintf(t, "%d\t%s\t%s\t\t%s%s\n", n+1, p.total(members), p.total(needs.from(members...)), count(len(l.paths), "object"), usedBy)
		for i, path := range l.paths {
			fmt.Fprintf(t, "\t%s\t%s\t%s\t%s\n", p.total(members[i:i+1]), p.total(needs.from(members[i])), decimal(popularity[members[i]]), path)
		}
	}
	for _, path := range plan.LeftOut {
		fmt.Fprintf(t, "-\t%s\t\t\t%s: left out, the base image holds it\n", p.total([]int32{index[path]}), path)
	}
	for _, path := range plan.Replaced {
		fmt.Fprintf(t, "-\t\t\t\t%s: replaced, the base image holds other bytes\n", path)
	}
	return t.Flush()
}

// total is the size of some objects together.
func (p *problem) total(objects []int32) string {
	var sum int64
	for _, i := range objects {
		if p.sizes[i] == 0 && !p.closure.Objects[i].Synthetic {
			return "?"
		}
		sum += p.sizes[i]
	}
	return fmt.Sprint(sum)
}

func objects(layers []planned) int {
	n := 0
	for _, l := range layers {
		n += len(l.paths)
	}
	return n
}

// count says how many things there are.
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// names lists what follows the hashes of paths.
func names(paths []store.Path) string {
	list := make([]string, len(paths))
	for i, path := range paths {
		list[i] = path.Name()
	}
	return strings.Join(list, ", ")
}

// decimal writes a number in full, or to six digits when it is long.
func decimal(n number) string {
	words := slices.Clone(n)
	slices.Reverse(words)
	sum := new(big.Int)
	for _, word := range words {
		sum.Add(sum.Lsh(sum, 64), new(big.Int).SetUint64(word))
	}
	if text := sum.String(); len(text) <= 20 {
		return text
	}
	return new(big.Float).SetInt(sum).Text('e', 5)
}
