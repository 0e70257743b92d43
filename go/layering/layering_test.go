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

	"github.com/rules-strata/rules_strata/go/jsonfile"
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

// writeBase writes a base.json of n layers.
func writeBase(t *testing.T, n int) string {
	t.Helper()
	b := Base{Version: jsonfile.Version, Layers: n, DiffIDs: []string{}, StorePaths: []store.Path{pathOf(1, "a")}}
	for range n {
		b.DiffIDs = append(b.DiffIDs, "sha256:"+strings.Repeat("0a", 32))
	}
	file := filepath.Join(t.TempDir(), "base.json")
	if err := jsonfile.Write(file, b); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestMake(t *testing.T) {
	chain := writeClosure(t, [][]int{{1}, {2}, {}}, nil)
	for _, test := range []struct {
		name  string
		o     Options
		sizes string
	}{
		{"room for all", Options{Closure: chain, MaxLayers: 98}, "[1 1 1]"},
		{"two layers", Options{Closure: chain, MaxLayers: 2}, "[1 2]"},
		{"base", Options{Closure: chain, MaxLayers: 98, Base: writeBase(t, 96)}, "[1 2]"},
		{"base leaves one layer", Options{Closure: chain, MaxLayers: 98, Base: writeBase(t, 97)}, "[3]"},
		{"base without layers", Options{Closure: chain, MaxLayers: 1, Base: writeBase(t, 0)}, "[3]"},
		{"empty", Options{Closure: writeClosure(t, nil, nil), MaxLayers: 1}, "[]"},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.o.Strategy = "popularity"
			p, err := Make(test.o)
			if err != nil {
				t.Fatal(err)
			}
			sizes := []int{}
			for _, layer := range p.Layers {
				sizes = append(sizes, len(layer))
			}
			if got := fmt.Sprint(sizes); got != test.sizes {
				t.Errorf("got layers of %s objects, want %s", got, test.sizes)
			}
		})
	}
}

func TestMakeErrors(t *testing.T) {
	closure := writeClosure(t, [][]int{{1}, {}}, nil)
	base := writeBase(t, 99)
	for _, test := range []struct {
		name, wantErr string
		o             Options
	}{
		{"strategy", `unknown layering strategy "biggest": want popularity`, Options{Closure: closure, Strategy: "biggest", MaxLayers: 5}},
		{"no layers", "no layer is left for the store objects: of max_layers = 1 layers, the customisation layer is 1: set max_layers to at least 2",
			Options{Closure: closure, MaxLayers: 0}},
		{"base takes all", "of max_layers = 100 layers, the base image (" + base + ") has 99 and the customisation layer is 1: set max_layers to at least 101",
			Options{Closure: closure, MaxLayers: 99, Base: base}},
		{"base takes more", "set max_layers to at least 101", Options{Closure: closure, MaxLayers: 9, Base: base}},
		{"no closure", "no such file", Options{Closure: closure + "x", MaxLayers: 5}},
		{"no base", "no such file", Options{Closure: closure, MaxLayers: 5, Base: base + "x"}},
		{"closure that is a base", "diff_ids", Options{Closure: base, MaxLayers: 5}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.o.Strategy == "" {
				test.o.Strategy = "popularity"
			}
			_, err := Make(test.o)
			if err == nil || !strings.Contains(err.Error(), test.wantErr) {
				t.Errorf("got %v, want %q", err, test.wantErr)
			}
		})
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
		{"unknown field", `{"version":1,"sizes":[]}`, "sizes"},
	} {
		t.Run(test.name, func(t *testing.T) {
			checkReadError(t, test.data, test.wantErr, func(file string) error { _, err := ReadPlan(file); return err })
		})
	}
}

func TestReadBaseErrors(t *testing.T) {
	id := "sha256:" + strings.Repeat("0", 64)
	for _, test := range []struct{ name, data, wantErr string }{
		{"version", `{}`, `no "version"`},
		{"too few diff IDs", `{"version":1,"layers":2,"diff_ids":["` + id + `"],"store_paths":[]}`, `"layers" is 2, but there are 1 diff IDs`},
		{"no layers", `{"version":1,"diff_ids":["` + id + `"],"store_paths":[]}`, `"layers" is 0, but there are 1 diff IDs`},
		{"short diff ID", `{"version":1,"layers":1,"diff_ids":["` + id[:70] + `"]}`, "want sha256:<64 hexadecimal digits>"},
		{"upper case", `{"version":1,"layers":1,"diff_ids":["sha256:` + strings.Repeat("A", 64) + `"]}`, "want sha256:"},
		{"other algorithm", `{"version":1,"layers":1,"diff_ids":["md5:` + strings.Repeat("0", 64) + `"]}`, "diff ID 1 is"},
		{"not a path", `{"version":1,"layers":0,"diff_ids":[],"store_paths":["/bin"]}`, `"/bin" is not a store path`},
		{"unknown field", `{"version":1,"layer_count":1}`, "layer_count"},
	} {
		t.Run(test.name, func(t *testing.T) {
			checkReadError(t, test.data, test.wantErr, func(file string) error { _, err := ReadBase(file); return err })
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
