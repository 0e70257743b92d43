package replay

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/store"
)

// suite is an index of git, which needs a library and data; two sources.
func suite(t *testing.T, libVersion, dataVersion string) *Index {
	return read(t, "Package: git\nVersion: 1\nInstalled-Size: 100\nDepends: lib, data\n\n"+
		"Package: lib\nVersion: "+libVersion+"\nInstalled-Size: 300\nDepends: data\n\n"+
		"Package: data\nVersion: "+dataVersion+"\nInstalled-Size: 600\nDepends: git\n\n"+
		"Package: vim\nVersion: 1\nInstalled-Size: 1000\nDepends: data\n\n"+
		"Package: tool\nVersion: 1\nInstalled-Size: 1\nDepends: lib\n\n"+
		"Package: huge\nVersion: 1\nInstalled-Size: 900\nDepends: tool\n")
}

func TestApplication(t *testing.T) {
	a := NewApplication(suite(t, "1", "1"), "git")
	if !slices.Equal(a.order, []string{"data", "lib", "git"}) || len(a.needs["data"]) != 0 || !slices.Equal(a.needs["git"], []string{"data", "lib"}) {
		t.Errorf("%v %v", a.order, a.needs)
	}
	if got := a.additions(9); !slices.Equal(slices.Sorted(slices.Values(got)), []string{"tool", "vim"}) {
		t.Errorf("got %v", got)
	}
	b := a.with("tool")
	if !slices.Equal(b.order, []string{"data", "lib", "tool", "git"}) || !slices.Equal(b.needs["tool"], []string{"lib"}) || !slices.Equal(b.needs["git"], []string{"data", "lib", "tool"}) {
		t.Errorf("%v %v", b.order, b.needs)
	}
	if len(a.needs) != 3 || len(a.needs["git"]) != 2 {
		t.Errorf("the application has changed: %v", a.needs)
	}
}

func TestObjects(t *testing.T) {
	before, now := NewApplication(suite(t, "1", "1"), "git"), NewApplication(suite(t, "1", "2~1"), "git")
	for _, test := range []struct {
		model   Model
		changed string
	}{
		{Content, "data"}, {Input, "data lib git"},
	} {
		a, b := before.objects(test.model), now.objects(test.model)
		var changed []string
		for _, name := range before.order {
			if a.content[a.path[name]] != b.content[b.path[name]] {
				changed = append(changed, name)
			}
			if same := a.path[name] == b.path[name]; test.model == Content && !same {
				t.Errorf("the path of %s has changed", name)
			}
			if _, err := store.ParseAnyPath(string(b.path[name])); err != nil {
				t.Error(err)
			}
		}
		if got := strings.Join(changed, " "); got != test.changed {
			t.Errorf("%s: got %s, want %s", test.model, got, test.changed)
		}
	}
}

func TestReplay(t *testing.T) {
	before, now := suite(t, "1", "1"), suite(t, "2", "1")
	snapshots := Applications(before, now) // git and vim
	if len(snapshots) != 2 {
		t.Fatalf("%d applications", len(snapshots))
	}
	// git is 100 + 300 + 600, vim 1000 + 600 + 100 + 300 KiB: all needs all but vim.
	for _, test := range []struct {
		strategy string
		layers   int
		want     Numbers
	}{
		{Alone, 1, Numbers{Resent: 600. / 3000, Chain: 2400. / 3000, Unique: 2000. / 3000, Layers: 3.5}},
		{"size", 9, Numbers{Resent: 600. / 3000, Chain: 800. / 3000, Unique: 2000. / 3000, Layers: 3.5}},
		{"size", 1, Numbers{Resent: 1, Chain: 1, Unique: 1, Layers: 1}},
		{"size", 2, Numbers{Resent: 1400. / 3000, Chain: 1400. / 3000, Unique: 1, Layers: 2}},
	} {
		got, err := Replay(snapshots, Options{Strategy: test.strategy, Layers: test.layers, Model: Content})
		if err != nil {
			t.Fatal(err)
		}
		for i, pair := range [][2]float64{{got.Resent, test.want.Resent}, {got.Chain, test.want.Chain}, {got.Unique, test.want.Unique}, {got.Layers, test.want.Layers}} {
			if math.Abs(pair[0]-pair[1]) > 1e-9 {
				t.Errorf("%s, %d layers, number %d: got %v, want %v", test.strategy, test.layers, i+1, pair[0], pair[1])
			}
		}
	}
	if _, err := Replay(nil, Options{}); err == nil || !strings.Contains(err.Error(), "no application is in both indices") {
		t.Errorf("got %v", err)
	}
	if _, err := Replay(snapshots, Options{Strategy: "none", Layers: 2}); err == nil || !strings.Contains(err.Error(), `git: unknown layering strategy "none"`) {
		t.Errorf("got %v", err)
	}
}

func TestKeptOrder(t *testing.T) {
	x := suite(t, "1", "1")
	snapshots := []Snapshot{{NewApplication(x, "git"), NewApplication(x, "git")}}
	// tool, the smallest, moves nothing; vim, the largest, moves everything.
	got, err := KeptOrder(snapshots, Options{Strategy: "size", Layers: 9, Model: Content}, 2)
	if err != nil || math.Abs(got-0.5) > 1e-9 {
		t.Errorf("got %v, %v, want one half", got, err)
	}
	if _, err := KeptOrder(snapshots, Options{Strategy: "size", Layers: 1, Model: Content}, 2); err == nil {
		t.Error("an image of one layer has no other ones")
	}
}
