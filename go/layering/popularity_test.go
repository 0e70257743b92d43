package layering

import (
	"encoding/json"
	"fmt"
	"math/big"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/closure"
	"github.com/rules-strata/rules_strata/go/store"
)

// TestGolden compares with orders that the reference implementation made.
func TestGolden(t *testing.T) {
	data, err := os.ReadFile("testdata/orders.json")
	if err != nil {
		t.Fatal(err)
	}
	var golden struct {
		Cases []struct {
			Graph      []closure.Object
			Popularity []store.Path
		}
	}
	if err := json.Unmarshal(data, &golden); err != nil {
		t.Fatal(err)
	}
	for i, test := range golden.Cases {
		got := Popularity(&closure.Closure{Objects: test.Graph})
		if !slices.Equal(got, test.Popularity) {
			t.Errorf("case %d of %d objects:\ngot  %q\nwant %q", i, len(test.Graph), got, test.Popularity)
		}
	}
}

func TestPopularityOrder(t *testing.T) {
	for _, test := range []struct {
		name string
		refs map[string][]string
		want string
	}{
		{"empty", nil, ""},
		{"one", map[string][]string{"a": nil}, "a"},
		{"itself", map[string][]string{"a": {"a", "b"}, "b": {"b"}}, "b a"},
		{"repeated reference", map[string][]string{"r": {"a", "a", "a", "b"}, "a": nil, "b": {"c"}, "c": nil}, "c a b r"},
		// The example that documents nixpkgs' closure-graph.py.
		{"example", map[string][]string{
			"A": {"B", "G"}, "B": {"C", "E"}, "C": {"D", "E"}, "D": {"F"}, "E": {"F"}, "F": nil, "G": nil,
		}, "F E D C B G A"},
		{"ties by name", map[string][]string{"r": {"c", "a", "b"}, "a": nil, "b": nil, "c": nil}, "a b c r"},
		{"cycle below a root", map[string][]string{"r": {"a"}, "a": {"b"}, "b": {"a", "c"}, "c": nil}, "c a b r"},
		{"cycle without a root", map[string][]string{"b": {"a"}, "a": {"b", "z"}, "z": nil, "r": {"s"}, "s": nil}, "s r a b z"},
		{"only a cycle", map[string][]string{"b": {"a"}, "a": {"b"}}, "a b"},
		{"entering a cycle twice", map[string][]string{
			// walks: r 1, x and y 2 each, l 2: popularity x, y 5, l 7, p 2.
			"r": {"x", "y", "p"}, "x": {"y", "l"}, "y": {"x"}, "l": nil, "p": nil,
		}, "l x y p r"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := strings.Join(namesOf(Popularity(named(test.refs))), " ")
			if got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestEqualNamesByHash(t *testing.T) {
	a, b := pathOf(1, "same"), pathOf(2, "same")
	got := Popularity(&closure.Closure{Objects: []closure.Object{{Path: b}, {Path: a}}})
	if want := []store.Path{a, b}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestSynthetic: a synthetic root makes its references more popular than the
// same objects without it, and is not in the order itself.
func TestSynthetic(t *testing.T) {
	c := named(map[string][]string{"a": nil, "b": nil, "config": {"b"}})
	c.Objects[2].Synthetic = true
	if got := strings.Join(namesOf(Popularity(c)), " "); got != "b a" {
		t.Errorf("got %s, want b a", got)
	}
}

func TestUnknownReferenceIsIgnored(t *testing.T) {
	c := named(map[string][]string{"a": {"b"}, "b": nil})
	c.Objects[0].References = append(c.Objects[0].References, pathOf(99, "nowhere"))
	if got := strings.Join(namesOf(Popularity(c)), " "); got != "b a" {
		t.Errorf("got %s, want b a", got)
	}
}

// checkCounts compares the exact counts and the order with expected ones.
func checkCounts(t *testing.T, c *closure.Closure, want map[store.Path]*big.Int) {
	t.Helper()
	g := condense(referencesOf(c.Objects))
	counts := popularities(g.referrers, countWalks(g))
	for i, o := range c.Objects {
		var got *big.Int
		if node := g.nodeOf[i]; node != unreached {
			got = toBig(counts[node])
		}
		if w := want[o.Path]; (got == nil) != (w == nil) || got != nil && got.Cmp(w) != 0 {
			t.Fatalf("popularity of %s: got %v, want %v", o.Path, got, w)
		}
	}
	if got, want := Popularity(c), orderBy(c, want); !slices.Equal(got, want) {
		t.Fatalf("order:\ngot  %q\nwant %q", namesOf(got), namesOf(want))
	}
}

func toBig(n number) *big.Int {
	x := new(big.Int)
	for i := len(n) - 1; i >= 0; i-- {
		x.Lsh(x, 64)
		x.Or(x, new(big.Int).SetUint64(n[i]))
	}
	return x
}

func TestAgainstTheContest(t *testing.T) {
	for seed := range uint64(400) {
		random := rand.New(rand.NewPCG(seed, 1))
		n := 1 + random.IntN(40)
		c := shuffled(numbered(randomGraph(random, n, random.IntN(5), 1+random.IntN(n))), random)
		checkCounts(t, c, contestCounts(c))
	}
}

func TestAgainstTheDefinition(t *testing.T) {
	for seed := range uint64(400) {
		random := rand.New(rand.NewPCG(seed, 2))
		n := 1 + random.IntN(25)
		refs := make([][]int, n)
		for range random.IntN(2 * n) {
			from := random.IntN(n)
			refs[from] = append(refs[from], random.IntN(n))
		}
		c := shuffled(numbered(refs), random)
		checkCounts(t, c, definitionCounts(c))
	}
}

// TestLargeCounts has graphs of several blocks, with counts of many words.
func TestLargeCounts(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 3))
	for name, refs := range map[string][][]int{
		"random":  randomGraph(random, 2200, 10, 2200),
		"window":  randomGraph(random, 2200, 6, 50),
		"band":    band(1200, 10),
		"strands": strands(random, 700),
		"ladder":  ladder(400),
	} {
		t.Run(name, func(t *testing.T) {
			c := numbered(refs)
			checkCounts(t, c, definitionCounts(c))
		})
	}
}

// TestLadder: the numbers of a ladder of 70 diamonds exceed 64 bits, and its
// two sides tie exactly.
func TestLadder(t *testing.T) {
	c := numbered(ladder(70))
	checkCounts(t, c, contestCounts(c))
	// Tops have 2^i walks and the two sides as many each, so the popularity of
	// the last object is 3 (2^0 + ... + 2^69) + 2^70.
	want := new(big.Int).Lsh(big.NewInt(1), 72)
	want.Sub(want, big.NewInt(3))
	if got := contestCounts(c)[c.Objects[210].Path]; got.Cmp(want) != 0 {
		t.Errorf("the contest counts %v, want %v", got, want)
	}
	got := namesOf(Popularity(c))
	for i := range 70 {
		sides := []string{fmt.Sprint("p", 3*i+1), fmt.Sprint("p", 3*i+2)}
		slices.Sort(sides)
		if at := 210 - 3*i - 2; !slices.Equal(got[at:at+2], sides) {
			t.Errorf("sides of diamond %d: got %q, want %q", i, got[at:at+2], sides)
		}
	}
}

func TestOrderOfInputDoesNotMatter(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 4))
	refs := randomGraph(random, 1500, 4, 300)
	for i := range 40 { // cycles, some of them without a root
		refs = append(refs, []int{1500 + (i+1)%40, random.IntN(1500)})
	}
	refs[0] = append(refs[0], 1510)
	c := numbered(refs)
	want := Popularity(c)
	for range 20 {
		if got := Popularity(shuffled(c, random)); !slices.Equal(got, want) {
			t.Fatal("another order of the input gives another result")
		}
	}
}

func FuzzPopularity(f *testing.F) {
	f.Add([]byte("\x03\x01\x02\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		const n = 12
		refs := make([][]int, n)
		for i := 0; i+1 < len(data) && i < 100; i += 2 {
			from := int(data[i]) % n
			refs[from] = append(refs[from], int(data[i+1])%n)
		}
		c := numbered(refs)
		checkCounts(t, c, definitionCounts(c))
	})
}
