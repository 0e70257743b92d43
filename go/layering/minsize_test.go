package layering

import (
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/jsonfile"
	"github.com/rules-strata/rules_strata/go/store"
)

func TestJoinSmall(t *testing.T) {
	for _, test := range []struct {
		name, graph, origins, strategy string
		layers                         int
		least                          int64
		want                           string
	}{
		{"none", "A10 B20 C30", "", "size", 9, 10, "C | B | A"},
		{"all, still small", "A1 B2 C3", "", "size", 9, 10, "A B C"},
		{"one has no partner", "A1 B20 C30", "", "size", 9, 10, "C | B | A"},
		{"as few as needed", "A50 B6 C5 D4 E3", "", "size", 9, 10, "A | B C D E"},
		{"two layers", "A50 B9 C8 D7 E6", "", "size", 9, 13, "A | B C | D E"},
		{"the rest goes to the last", "A50 B9 C8 D7", "", "size", 9, 13, "A | B C D"},
		{"popularity", "A1>B,C B1>C C30", "", "popularity", 9, 10, "C | A B"},
		{"first-party stays apart", "A1>B,C,D,E B2 C3 D4 E2", "A,B,E=//app", "stable", 9, 50, "C D | B E | A"},
		{"synthetic", "!A1>B B1 C1", "", "size", 9, 10, "B C"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := sized(ofOrigins(graphOf(test.graph), test.origins), test.layers)
			layers, err := strategies()[test.strategy](p)
			if err != nil {
				t.Fatal(err)
			}
			if got := spell(p.joinSmall(layers, test.least)); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

// TestJoinSmallPinned: what is pinned stays alone.
func TestJoinSmallPinned(t *testing.T) {
	p := sized(graphOf("A1>B,C,D B2 C3 D4"), 9)
	p.pinned = map[store.Path]bool{p.path(0): true, p.path(1): true}
	layers, err := planPinned(p)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := spell(p.joinSmall(layers, 50)), "C D | B | A"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestMakeMinLayerSize: the plan says why layers are joined.
func TestMakeMinLayerSize(t *testing.T) {
	file := t.TempDir() + "/closure.json"
	c := graphOf("A1>B,C B2 C30")
	c.Roots = []store.Path{c.Objects[0].Path}
	if err := jsonfile.Write(file, c); err != nil {
		t.Fatal(err)
	}
	plan, err := Make(Options{Closure: file, Strategy: "stable", MaxLayers: 9, MinLayerSize: 10})
	if err != nil {
		t.Fatal(err)
	}
	if err := plan.check(); err != nil {
		t.Error(err)
	}
	if got, want := strings.Join(plan.Why, "; "), "alone: there are enough layers; 2 objects of 2 layers that would be small"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
