package layering

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/rules-strata/rules_strata/go/closure"
	"github.com/rules-strata/rules_strata/go/jsonfile"
	"github.com/rules-strata/rules_strata/go/store"
)

// pathOf makes a store path from a number and a name.
func pathOf(i int, name string) store.Path {
	hash := make([]byte, store.HashLen)
	for j := range hash {
		hash[j] = store.Base32Alphabet[0]
	}
	for j := len(hash) - 1; i > 0; j, i = j-1, i/32 {
		hash[j] = store.Base32Alphabet[i%32]
	}
	return store.Path(fmt.Sprintf("%s/%s-%s", store.DefaultDir, hash, name))
}

// numbered makes a closure from lists of references between numbers.
func numbered(refs [][]int) *closure.Closure {
	c := &closure.Closure{Version: jsonfile.Version, Objects: []closure.Object{}}
	for i, list := range refs {
		o := closure.Object{Path: pathOf(i, fmt.Sprint("p", i)), References: []store.Path{}}
		for _, r := range list {
			o.References = append(o.References, pathOf(r, fmt.Sprint("p", r)))
		}
		c.Objects = append(c.Objects, o)
	}
	return c
}

// named makes a closure from names; the order of the hashes is that of the names.
func named(refs map[string][]string) *closure.Closure {
	c := &closure.Closure{Version: jsonfile.Version, Objects: []closure.Object{}}
	names := make([]string, 0, len(refs))
	for name := range refs {
		names = append(names, name)
	}
	slices.Sort(names)
	path := func(name string) store.Path { return pathOf(1+slices.Index(names, name), name) }
	for _, name := range names {
		o := closure.Object{Path: path(name), References: []store.Path{}}
		for _, r := range refs[name] {
			o.References = append(o.References, path(r))
		}
		c.Objects = append(c.Objects, o)
	}
	return c
}

// namesOf returns the names of paths.
func namesOf(paths []store.Path) []string {
	names := make([]string, len(paths))
	for i, p := range paths {
		names[i] = p.Name()
	}
	return names
}

// shuffled returns a copy of c with its objects and references in another order.
func shuffled(c *closure.Closure, random *rand.Rand) *closure.Closure {
	out := &closure.Closure{Version: c.Version, Roots: c.Roots, Objects: slices.Clone(c.Objects)}
	for i := range out.Objects {
		refs := slices.Clone(out.Objects[i].References)
		random.Shuffle(len(refs), func(a, b int) { refs[a], refs[b] = refs[b], refs[a] })
		out.Objects[i].References = refs
	}
	random.Shuffle(len(out.Objects), func(a, b int) {
		out.Objects[a], out.Objects[b] = out.Objects[b], out.Objects[a]
	})
	return out
}

// randomGraph has n objects; object i refers to up to degree of the next
// window objects.
func randomGraph(random *rand.Rand, n, degree, window int) [][]int {
	refs := make([][]int, n)
	for i := range n - 1 {
		for range degree {
			refs[i] = append(refs[i], i+1+random.IntN(min(window, n-1-i)))
		}
	}
	return refs
}

// band has n objects; object i refers to the next width ones.
func band(n, width int) [][]int {
	refs := make([][]int, n)
	for i := range n {
		for j := i + 1; j <= min(n-1, i+width); j++ {
			refs[i] = append(refs[i], j)
		}
	}
	return refs
}

// ladder has n diamonds in a row: a top refers to two sides, which refer to
// the next top. It has 2^n walks.
func ladder(n int) [][]int {
	var refs [][]int
	for i := range n {
		refs = append(refs, []int{3*i + 1, 3*i + 2}, []int{3*i + 3}, []int{3*i + 3})
	}
	return append(refs, nil)
}

// strands has two bands of n objects, and n objects that one object of each
// band refers to: half of what is below such an object is in neither base.
func strands(random *rand.Rand, n int) [][]int {
	refs := make([][]int, 3*n)
	for i, list := range band(n, 5) {
		refs[i] = list
		for _, r := range list {
			refs[n+i] = append(refs[n+i], n+r)
		}
	}
	for i := 2 * n; i < 3*n; i++ {
		a, b := random.IntN(n), n+random.IntN(n)
		refs[a] = append(refs[a], i)
		refs[b] = append(refs[b], i)
	}
	return refs
}
