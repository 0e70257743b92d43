package layering

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/closure"
	"github.com/rules-strata/rules_strata/go/store"
)

// sizedStrategies are those that look at nothing but sizes, origins and
// references.
var sizedStrategies = []string{"origin", "size", "stable"}

// ofOrigins gives objects of a graph, which are named by a letter each,
// origins: "A,B=@x C=//y".
func ofOrigins(c *closure.Closure, text string) *closure.Closure {
	for field := range strings.FieldsSeq(text) {
		objects, origin, _ := strings.Cut(field, "=")
		for i := range c.Objects {
			if strings.Contains(objects, c.Objects[i].Path.Name()) {
				c.Objects[i].Origin = origin
			}
		}
	}
	return c
}

func TestSizedStrategies(t *testing.T) {
	const chain = "A10>B,C B20>D C20>D D40>E E5>F F30"
	for _, test := range []struct {
		name, strategy, graph, origins string
		layers                         int
		want, leftOut                  string
	}{
		{"empty", "size", "", "", 3, "", ""},
		{"empty", "origin", "", "", 3, "", ""},
		{"empty", "stable", "", "", 3, "", ""},
		{"one layer", "size", chain, "", 1, "D F B C A E", ""},
		{"one layer", "origin", chain, "", 1, "A B C D E F", ""},
		{"one layer", "stable", chain, "", 1, "A B C D E F", ""},
		{"one layer with first-party", "stable", chain, "A,B=//app", 1, "A B C D E F", ""},
		{"split", "size", chain, "", 3, "D | F | B C A E", ""},
		{"equal sizes", "size", "C10 B10 A10", "", 2, "A | B C", ""},
		{"all alone", "size", chain, "", 9, "D | F | B | C | A | E", ""},
		{"units", "origin", chain, "B,C=@x A,E=@y", 3, "B C | D | A E F", ""},
		{"all units", "origin", chain, "B,C=@x A,E=@y", 4, "B C | D | F | A E", ""},
		{"synthetic", "size", "!A1>B B20>C C30", "", 2, "C | B", ""},
		{"synthetic", "stable", "!A1>B B20>C C30", "", 2, "C | B", ""},
		{"on a base", "size", chain, "", 2, "F | B C A E", "D"},
		{"on a base", "origin", chain, "D,F=@x", 2, "F | A B C E", "D"},
		{"on a base", "stable", chain, "", 3, "F | B | A C E", "D"},
		{"all in the base", "stable", chain, "", 3, "", "A B C D E F"},
		{"enough layers", "stable", chain, "", 6, "D | F | B | C | A | E", ""},
		{"one origin is together", "stable", "A1>B,C,D B60 C50 D55", "B,C=@x", 9, "B | C | D | A", ""},
		{"one origin is joined first", "stable", "A10>B,C,D B60 C50 D55", "B,C=@x", 3, "B C | D | A", ""},
		{"first-party on top", "stable", "A90>B,C B20 C30", "A=//app", 9, "C | B | A", ""},
		{"the program alone", "stable", "A1>B,C,D,E B1>D E1>C C30 D20 F9", "A=//app B=//lib E=//more", 4, "C | D F | B E | A", ""},
		{"two programs", "stable", "A1>B,C,D B1>D E1>B C30 D20", "A=//app B=//lib E=//more", 8, "C | D | B | A | E", ""},
		{"too many programs", "stable", "A1>B,C,D B1>D E1>B C30 D20", "A=//app B=//lib E=//more", 4, "C | D | A | B E", ""},
		{"a program that is large", "stable", "A90>C B20 C30 D1 E1 F1", "A=//app", 4, "C | B | D E F | A", ""},
		{"first-party apart", "stable", "A1>B,C,D B1>D C30 D20", "A=//app B=//lib", 3, "C | D | A B", ""},
		{"a layer for either", "stable", "A1>B,C,D B1>D C30 D20", "A=//app B=//lib", 2, "C D | A B", ""},
	} {
		t.Run(fmt.Sprintf("%s, %s, %d layers", test.strategy, test.name, test.layers), func(t *testing.T) {
			p := sized(ofOrigins(graphOf(test.graph), test.origins), test.layers)
			for _, o := range p.closure.Objects {
				p.leftOut[o.Path] = strings.Contains(test.leftOut, o.Path.Name())
			}
			layers, err := strategies()[test.strategy](p)
			if err != nil {
				t.Fatal(err)
			}
			if got := spell(layers); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
			for _, l := range layers {
				if l.why == "" || strings.HasPrefix(l.why, "alone") != (len(l.paths) == 1) {
					t.Errorf("%q of %d objects", l.why, len(l.paths))
				}
			}
		})
	}
}

func TestSizedStrategiesNeedSizes(t *testing.T) {
	for _, name := range sizedStrategies {
		_, err := strategies()[name](sized(graphOf("A10>B B0"), 3))
		if err == nil || !strings.Contains(err.Error(), "this layering needs the NAR size of every object, and that of "+string(pathOf(2, "B"))) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// TestStablePool: the pool has a layer for what is large in it where there are
// layers for that.
func TestStablePool(t *testing.T) {
	graph := "A100>B,C,D,E,F,G,H,I,J,K,L B90 C80 D70 E60 F50 G40 H30 I20 J15 K2 L1"
	layers, err := planStable(sized(graphOf(graph), 8))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := spell(layers), "A | B | C | D | E | F | G H I | J K L"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if layers, err = planStable(sized(graphOf(graph), 7)); err != nil {
		t.Fatal(err)
	}
	if got, want := spell(layers), "A | B | C | D | E | F | G H I J K L"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestStablePools: of 16 to 47 layers, three are for what is in the pool.
func TestStablePools(t *testing.T) {
	graph := "A1000>B B990 C980 D970 E960 F950 G940 H930 I920 J910 K900 L890 M880 N60 O20 P18 Q12 R9 S4 T3 U1"
	for layers, want := range map[int]string{
		15: "A | B | C | D | E | F | G | H | I | J | K | L | M | N | O P Q R S T U",
		16: "A | B | C | D | E | F | G | H | I | J | K | L | M | N | O P Q R | S T U",
	} {
		planned, err := planStable(sized(graphOf(graph), layers))
		if err != nil {
			t.Fatal(err)
		}
		if got := spell(planned); got != want {
			t.Errorf("%d layers: got %s, want %s", layers, got, want)
		}
	}
	for layers, want := range map[int]int{1: 1, 7: 1, 8: 2, 15: 2, 16: 3, 47: 3, 48: 2, 125: 2} {
		if got := pools(layers); got != want {
			t.Errorf("%d pools of %d layers, want %d", got, layers, want)
		}
	}
}

// randomClosure has objects of random sizes and origins.
func randomClosure(random *rand.Rand, n int) *closure.Closure {
	c := numbered(randomGraph(random, n, 4, n))
	for i := range c.Objects {
		c.Objects[i].NarSize = 1 + random.Int64N(1<<random.IntN(28))
		switch random.IntN(4) {
		case 0:
			c.Objects[i].Origin = fmt.Sprintf("@lib%d", random.IntN(1+n/4))
		case 1:
			c.Objects[i].Origin = fmt.Sprintf("//pkg%d", random.IntN(1+n/20))
		}
	}
	return c
}

// TestSizedPlans: every object is in one layer, there are not more layers than
// allowed, and the order of the input does not matter.
func TestSizedPlans(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 60 {
		c := randomClosure(random, 1+random.IntN(120))
		layers := 1 + random.IntN(30)
		for _, name := range sizedStrategies {
			plan := strategies()[name]
			want, err := plan(sized(c, layers))
			if err != nil {
				t.Fatal(err)
			}
			seen := map[store.Path]bool{}
			for _, l := range want {
				for _, path := range l.paths {
					if seen[path] {
						t.Fatalf("%s: %s is there twice", name, path)
					}
					seen[path] = true
				}
			}
			if len(seen) != len(c.Objects) || len(want) > layers {
				t.Fatalf("%s: %d layers of %d, %d objects of %d", name, len(want), layers, len(seen), len(c.Objects))
			}
			got, err := plan(sized(shuffled(c, random), layers))
			if err != nil {
				t.Fatal(err)
			}
			if spell(got) != spell(want) {
				t.Fatalf("%s, shuffled:\ngot  %s\nwant %s", name, spell(got), spell(want))
			}
		}
	}
}

// TestStableAddition: a small object more, which the root needs, changes the
// layer that it comes into and leaves the others where they are.
func TestStableAddition(t *testing.T) {
	for _, layers := range []int{5, 10, 25} {
		refs := map[string][]string{"root": nil}
		for i := range 60 {
			refs["root"] = append(refs["root"], fmt.Sprintf("lib%02d", i))
			refs[fmt.Sprintf("lib%02d", i)] = nil
		}
		give := func(c *closure.Closure) *closure.Closure {
			for i := range c.Objects {
				o := &c.Objects[i]
				var number int
				o.NarSize = 1 << 12
				if _, err := fmt.Sscanf(o.Path.Name(), "lib%d", &number); err == nil {
					o.NarSize = 1 << 12 * int64(60-number)
				}
			}
			return c
		}
		before, err := planStable(sized(give(named(refs)), layers))
		if err != nil {
			t.Fatal(err)
		}
		refs["root"] = append(refs["root"], "new")
		refs["new"] = nil
		after, err := planStable(sized(give(named(refs)), layers))
		if err != nil {
			t.Fatal(err)
		}
		if len(before) != len(after) {
			t.Fatalf("%d layers, then %d", len(before), len(after))
		}
		for i := range before {
			names := namesOf(after[i].paths)
			if !slices.Contains(names, "new") && !slices.Equal(names, namesOf(before[i].paths)) {
				t.Errorf("of %d, layer %d: got %v, was %v", layers, i+1, names, namesOf(before[i].paths))
			}
		}
	}
}

func TestOriginOf(t *testing.T) {
	for _, test := range []struct{ name, given, origin, key string }{
		{"openssl-3.0.14-bin", "", "openssl", "openssl"},
		{"openssl-3.0.14", "", "openssl", "openssl"},
		{"python3.12-requests-2.32", "", "python3.12-requests", "python3.12-requests"},
		{"bash-interactive-5.2p37", "", "bash-interactive", "bash-interactive"},
		{"source", "", string(pathOf(1, "source")), "source"},
		{"a-", "", string(pathOf(1, "a-")), "a-"},
		{"7zip-24.08", "", "7zip", "7zip"},
		{"numpy-2.0", "@numpy", "@numpy", "@numpy"},
	} {
		origin, key := originOf(&closure.Object{Path: pathOf(1, test.name), Origin: test.given})
		if origin != test.origin || key != test.key {
			t.Errorf("%s: got %q, %q", test.name, origin, key)
		}
	}
}

func TestCoarse(t *testing.T) {
	for size, want := range map[int64]int64{0: 0, 1: 1, 3: 3, 4: 4, 5: 4, 6: 6, 7: 6, 8: 8, 1000: 768, 1 << 40: 1 << 40, 1<<40 + 7: 1 << 40} {
		if got := coarse(size); got != want {
			t.Errorf("%d: got %d, want %d", size, got, want)
		}
	}
}
