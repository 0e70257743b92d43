package layering

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/baseinfo"
	"github.com/rules-strata/rules_strata/go/jsonfile"
	"github.com/rules-strata/rules_strata/go/layer"
	"github.com/rules-strata/rules_strata/go/store"
)

// writeClosure writes a closure of all objects as roots.
func writeClosure(t *testing.T, refs [][]int, random *rand.Rand) string {
	t.Helper()
	c := numbered(refs)
	c.Roots = []store.Path{}
	if random != nil {
		c = shuffled(c, random)
	}
	file := filepath.Join(t.TempDir(), "closure.json")
	if err := jsonfile.Write(file, c); err != nil {
		t.Fatal(err)
	}
	return file
}

// writeBase writes a base.json of n layers that holds some objects.
func writeBase(t *testing.T, n int, storePaths map[store.Path]string) string {
	t.Helper()
	b := baseinfo.Info{ConfigDigest: digestOf("c"), StorePaths: storePaths}
	for range n {
		b.Layers = append(b.Layers, baseinfo.Layer{DiffID: digestOf("0")})
	}
	file := filepath.Join(t.TempDir(), "base.json")
	if err := b.Write(file); err != nil {
		t.Fatal(err)
	}
	return file
}

// digestOf makes a digest of one hexadecimal digit.
func digestOf(digit string) string { return "sha256:" + strings.Repeat(digit, 64) }

// writeMutable writes the layer.json of an object.
func writeMutable(t *testing.T, diffID string, paths ...store.Path) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "layer.json")
	m := layer.Metadata{Version: jsonfile.Version, DiffID: diffID, Size: 10240, Entries: 3, StorePaths: paths}
	if err := jsonfile.Write(file, m); err != nil {
		t.Fatal(err)
	}
	return file
}

func p(i int) store.Path { return pathOf(i, fmt.Sprint("p", i)) }

// indices spells a plan as the numbers of its objects.
func indices(layers [][]store.Path) string {
	var out []string
	for _, layer := range layers {
		out = append(out, strings.Join(namesOf(layer), " "))
	}
	return strings.ReplaceAll(strings.Join(out, " | "), "p", "")
}

func TestMake(t *testing.T) {
	chain := writeClosure(t, [][]int{{1}, {2}, {}}, nil)
	base := func(n int) string { return writeBase(t, n, nil) }
	for _, test := range []struct {
		name string
		o    Options
		want string
	}{
		{"room for all", Options{Closure: chain, MaxLayers: 98}, "2 | 1 | 0"},
		{"two layers", Options{Closure: chain, MaxLayers: 2}, "2 | 1 0"},
		{"customisation layer", Options{Closure: chain, MaxLayers: 3, OwnLayers: 1}, "2 | 1 0"},
		{"base", Options{Closure: chain, MaxLayers: 98, Base: base(96)}, "2 | 1 0"},
		{"base and customisation layer", Options{Closure: chain, MaxLayers: 98, OwnLayers: 1, Base: base(95)}, "2 | 1 0"},
		{"base leaves one layer", Options{Closure: chain, MaxLayers: 98, Base: base(97)}, "2 1 0"},
		{"base without layers", Options{Closure: chain, MaxLayers: 1, Base: base(0)}, "2 1 0"},
		{"empty", Options{Closure: writeClosure(t, nil, nil), MaxLayers: 1}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.o.Strategy = "popularity"
			p, err := Make(test.o)
			if err != nil {
				t.Fatal(err)
			}
			if got := indices(p.Layers); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

// TestMakeOnABase: what the base holds takes no layer, and what it holds with
// other bytes takes one for all whiteouts.
func TestMakeOnABase(t *testing.T) {
	closure := writeClosure(t, [][]int{{1, 2}, {3}, {3}, {4}, {}}, nil) // by popularity: 4 3 1 2 0
	same, other := digestOf("a"), digestOf("b")
	for _, test := range []struct {
		name                      string
		base                      map[store.Path]string
		mutable                   []string
		layers                    int
		want, leftOut, wantPlaced string
	}{
		{"of Nix", map[store.Path]string{p(4): same, p(1): "", p(77): same}, nil, 9, "3 | 2 | 0", "1 4", ""},
		{"of Nix, few layers", map[store.Path]string{p(4): same}, nil, 4, "3 | 1 2 0", "4", ""},
		{"the same bytes", map[store.Path]string{p(3): same}, []string{writeMutable(t, same, p(3)), writeMutable(t, same, p(0))}, 9,
			"4 | 1 | 2 | 0", "3", ""},
		{"other bytes", map[store.Path]string{p(3): same, p(0): ""}, []string{writeMutable(t, other, p(3)), writeMutable(t, same, p(0))}, 9,
			"4 | 3 | 1 | 2 | 0", "", "0 3"},
		{"other bytes, few layers", map[store.Path]string{p(3): same}, []string{writeMutable(t, other, p(3))}, 5, "4 | 3 1 2 0", "", "3"},
		{"all", map[store.Path]string{p(0): same, p(1): same, p(2): same, p(3): same, p(4): same}, nil, 9, "", "0 1 2 3 4", ""},
	} {
		for _, strategy := range []string{"popularity", "popularity_pinned"} {
			t.Run(test.name+", "+strategy, func(t *testing.T) {
				got, err := Make(Options{Closure: closure, Strategy: strategy, MaxLayers: test.layers, OwnLayers: 1,
					Base: writeBase(t, 1, test.base), Mutable: test.mutable})
				if err != nil {
					t.Fatal(err)
				}
				if got := indices(got.Layers); got != test.want {
					t.Errorf("layers: got %s, want %s", got, test.want)
				}
				if got := indices([][]store.Path{got.LeftOut}); got != test.leftOut {
					t.Errorf("left out: got %s, want %s", got, test.leftOut)
				}
				if got := indices([][]store.Path{got.Replaced}); got != test.wantPlaced {
					t.Errorf("replaced: got %s, want %s", got, test.wantPlaced)
				}
				if err := got.check(); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

func TestMakeErrors(t *testing.T) {
	closure := writeClosure(t, [][]int{{1}, {}}, nil)
	base := writeBase(t, 99, nil)
	held := writeBase(t, 1, map[store.Path]string{p(0): digestOf("a")})
	other := writeMutable(t, digestOf("b"), p(0))
	two := writeMutable(t, digestOf("b"), p(0), p(1))
	deep := writeClosure(t, make([][]int, 126), nil)
	for _, test := range []struct {
		name, wantErr string
		o             Options
	}{
		{"strategy", `unknown layering strategy "biggest": want auto, origin, popularity, popularity_pinned, size, stable, or a pipeline`,
			Options{Closure: closure, Strategy: "biggest", MaxLayers: 5}},
		{"strategy and pipeline", `both the layering strategy "popularity" and the pipeline x are given`,
			Options{Closure: closure, Pipeline: "x", MaxLayers: 5}},
		{"smaller than nothing", "min_layer_size is -1: want a number of bytes, 0 for none", Options{Closure: closure, MaxLayers: 5, MinLayerSize: -1}},
		{"smallest layers without sizes", "min_layer_size: this layering needs the NAR size of every object", Options{Closure: closure, MaxLayers: 5, MinLayerSize: 1}},
		{"no layers", "no layer is left for the store objects: 0 used (0 for the customisation), but only max_layers = 0 allowed, " +
			"and the objects need at least 1: set max_layers to at least 1",
			Options{Closure: closure, MaxLayers: 0}},
		{"only a customisation layer", "1 used (1 for the customisation), but only max_layers = 1 allowed, and the objects need at least 1: set max_layers to at least 2",
			Options{Closure: closure, MaxLayers: 1, OwnLayers: 1}},
		{"empty closure", "set max_layers to at least 2", Options{Closure: writeClosure(t, nil, nil), MaxLayers: 1, OwnLayers: 1}},
		{"base takes all", "100 used (1 for the customisation, 99 of from_image (" + base + ")), but only max_layers = 100 allowed, " +
			"and the objects need at least 1: set max_layers to at least 101",
			Options{Closure: closure, MaxLayers: 100, OwnLayers: 1, Base: base}},
		{"base takes more", "set max_layers to at least 101", Options{Closure: closure, MaxLayers: 9, OwnLayers: 1, Base: base}},
		{"no layer for whiteouts", "3 used (1 for the customisation, 1 of from_image (" + held + "), " +
			"1 for the deletion of what is replaced in from_image), but only max_layers = 3",
			Options{Closure: closure, MaxLayers: 3, OwnLayers: 1, Base: held, Mutable: []string{other}}},
		{"too many for overlay2", "the image has 126 layers, but Docker's overlay2 mounts at most 125: set max_layers to 125 or less",
			Options{Closure: deep, MaxLayers: 200}},
		{"too many with the base", "the image has 133 layers", Options{Closure: deep, MaxLayers: 133, OwnLayers: 1, Base: base}},
		{"no closure", "no such file", Options{Closure: closure + "x", MaxLayers: 5}},
		{"no base", "no such file", Options{Closure: closure, MaxLayers: 5, Base: base + "x"}},
		{"no mutable", "no such file", Options{Closure: closure, MaxLayers: 5, Base: base, Mutable: []string{closure + "x"}}},
		{"mutable of two objects", two + ": the layer has 2 store objects: want one", Options{Closure: closure, MaxLayers: 101, Base: base, Mutable: []string{two}}},
		{"two diff IDs of one object", string(p(0)) + " has the diff ID " + digestOf("c") + " here, and " + digestOf("b") + " in another file",
			Options{Closure: closure, MaxLayers: 101, Base: base, Mutable: []string{other, writeMutable(t, digestOf("c"), p(0))}}},
		{"no pinned", "no such file", Options{Closure: closure, MaxLayers: 5, Pinned: closure + "x"}},
		{"pinned that is no path", "line 1: \"{", Options{Closure: closure, MaxLayers: 5, Pinned: closure}},
		{"closure that is a base", "config_digest", Options{Closure: base, MaxLayers: 5}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.o.Strategy == "" {
				test.o.Strategy = "popularity"
			}
			plan, err := Make(test.o)
			if err == nil || !strings.Contains(err.Error(), test.wantErr) || plan != nil {
				t.Errorf("got %v, want %q", err, test.wantErr)
			}
		})
	}
}

// TestDepth: 125 layers are allowed.
func TestDepth(t *testing.T) {
	plan, err := Make(Options{Closure: writeClosure(t, make([][]int, 126), nil), Strategy: "popularity", MaxLayers: 125, OwnLayers: 1})
	if err != nil || len(plan.Layers) != 124 {
		t.Errorf("got %d layers, %v", len(plan.Layers), err)
	}
	if err := CheckDepth(125); err != nil {
		t.Error(err)
	}
	if err := CheckDepth(126); err == nil || !strings.Contains(err.Error(), "max_layers") {
		t.Errorf("got %v", err)
	}
}

// TestPlanBytes: however the closure is written down, the plan is the same.
func TestPlanBytes(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 7))
	refs := randomGraph(random, 300, 5, 100)
	var want []byte
	for i := range 10 {
		p, err := Make(Options{Closure: writeClosure(t, refs, random), Strategy: "popularity", MaxLayers: 20})
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), "plan.json")
		if err := p.Write(file); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			want = got
		} else if !bytes.Equal(got, want) {
			t.Fatalf("shuffled input:\ngot  %s\nwant %s", got, want)
		}
		back, err := ReadPlan(file)
		if err != nil || !reflect.DeepEqual(back, p) {
			t.Fatalf("read back: %v", err)
		}
	}
}

func TestReadPlanErrors(t *testing.T) {
	a, b := string(pathOf(1, "a")), string(pathOf(2, "b"))
	for _, test := range []struct{ name, data, wantErr string }{
		{"version", `{"version":2}`, "version 2"},
		{"no layers", `{"version":1,"strategy":"popularity"}`, `no "layers"`},
		{"no strategy", `{"version":1,"layers":[]}`, `no "strategy"`},
		{"empty layer", `{"version":1,"strategy":"s","layers":[["` + a + `"],[]]}`, "layer 2 is empty"},
		{"not a path", `{"version":1,"strategy":"s","layers":[["/etc"]]}`, `layer 1: "/etc" is not a store path`},
		{"twice", `{"version":1,"strategy":"s","layers":[["` + a + `"],["` + b + `","` + a + `"]]}`, a + " is there twice"},
		{"too few reasons", `{"version":1,"strategy":"s","layers":[["` + a + `"],["` + b + `"]],"why":["x"]}`, `"why" has 1 reasons for 2 layers`},
		{"unknown field", `{"version":1,"sizes":[]}`, "sizes"},
		{"replaced in no layer", `{"version":1,"strategy":"s","layers":[["` + a + `"]],"replaced":["` + b + `"]}`, b + ` is in "replaced", but in no layer`},
		{"left out and there", `{"version":1,"strategy":"s","layers":[["` + a + `"]],"left_out":["` + a + `"]}`, a + ` is in "left_out" and in a layer`},
		{"left out is no path", `{"version":1,"strategy":"s","layers":[],"left_out":["x"]}`, `"left_out": "x" is not a store path`},
		{"left out in disorder", `{"version":1,"strategy":"s","layers":[],"left_out":["` + b + `","` + a + `"]}`, "not sorted"},
	} {
		t.Run(test.name, func(t *testing.T) {
			checkReadError(t, test.data, test.wantErr, func(file string) error { _, err := ReadPlan(file); return err })
		})
	}
}

func checkReadError(t *testing.T, data, wantErr string, read func(file string) error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "x.json")
	if err := os.WriteFile(file, []byte(data), 0o644); err != nil {
		t.Fatal(err)
	}
	err := read(file)
	if err == nil || !strings.Contains(err.Error(), wantErr) || !strings.Contains(err.Error(), file) {
		t.Errorf("got %v, want %q and the file", err, wantErr)
	}
}
