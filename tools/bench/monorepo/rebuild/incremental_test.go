package rebuild

import (
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/tools/bench/monorepo"
)

// The objects of e2e/objects/incremental.
const (
	base = iota
	left
	right
	tool
	twinA
	twinB
	app
)

// The images there.
const (
	other = iota
	roomy
	tight
)

func incrementalGraph() *monorepo.Graph {
	object := func(name string, refs ...int) monorepo.Object {
		return monorepo.Object{Name: name, Origin: "//incremental", Refs: refs, Size: 1000}
	}
	return &monorepo.Graph{
		Objects: []monorepo.Object{
			base: object("base"), left: object("left", base), right: object("right", base), tool: object("tool", base),
			twinA: object("twin_a"), twinB: object("twin_b"), app: object("app", left, right, twinA, twinB),
		},
		Images: []monorepo.Image{
			other: {Name: "other", Contents: []int{tool}},
			roomy: {Name: "roomy", Contents: []int{app}},
			tight: {Name: "tight", Contents: []int{app}, MaxLayers: 3},
		},
	}
}

// TestIncremental replays the edits of e2e/incremental_test.go, where Bazel's
// execution log says which actions ran.
func TestIncremental(t *testing.T) {
	g := incrementalGraph()
	ran := map[string]bool{}
	collect := func(r Run) {
		if !r.Fresh {
			ran[r.Kind.String()+" //incremental:"+r.Owner] = true
		}
	}
	b, err := New(g, Options{Strategy: "popularity", MaxLayers: 100}, t.TempDir(), collect)
	if err != nil {
		t.Fatal(err)
	}
	var layers []string
	for run := range ran {
		if strings.HasPrefix(run, "ObjectLayer ") {
			layers = append(layers, run)
		}
	}
	slices.Sort(layers)
	wanted := []string{`
			ObjectLayer //incremental:app
			ObjectLayer //incremental:base
			ObjectLayer //incremental:left
			ObjectLayer //incremental:right
			ObjectLayer //incremental:tool
			ObjectLayer //incremental:twin_a
			ObjectLayer //incremental:twin_b`}
	compare(t, layers, wanted[0])
	edit := func(objects ...int) monorepo.Change {
		for _, o := range objects {
			g.Objects[o].Version++
		}
		return monorepo.Change{Objects: objects}
	}
	for _, step := range []struct {
		name string
		edit func() monorepo.Change
		want string
	}{
		{"nothing is edited", func() monorepo.Change { return monorepo.Change{} }, ``},
		{"a file is written again with the same bytes", func() monorepo.Change { return monorepo.Change{Objects: []int{base}} }, ``},
		{"an object with a layer of its own in all images", func() monorepo.Change { return edit(base) }, `
			ImageConfig //incremental:other
			ImageConfig //incremental:roomy
			ImageConfig //incremental:tight
			ObjectLayer //incremental:base`},
		{"an object in the rest layer of one image", func() monorepo.Change { return edit(left) }, `
			ImageConfig //incremental:roomy
			ImageConfig //incremental:tight
			ObjectLayer //incremental:left
			RestLayer //incremental:tight`},
		{"an object in contents, its tree the same", func() monorepo.Change { return edit(app) }, `
			ImageConfig //incremental:roomy
			ImageConfig //incremental:tight
			ObjectLayer //incremental:app
			RestLayer //incremental:tight`},
		{"an object in contents, its tree changed", func() monorepo.Change { g.Objects[app].Listing++; return edit(app) }, `
			CustomisationLayer //incremental:roomy
			CustomisationLayer //incremental:tight
			ImageConfig //incremental:roomy
			ImageConfig //incremental:tight
			ObjectLayer //incremental:app
			RestLayer //incremental:tight`},
		{"an object of one image alone", func() monorepo.Change { return edit(tool) }, `
			ImageConfig //incremental:other
			ObjectLayer //incremental:tool`},
		{"a file of two objects", func() monorepo.Change { return edit(twinA, twinB) }, `
			ImageConfig //incremental:roomy
			ImageConfig //incremental:tight
			ObjectLayer //incremental:twin_a
			ObjectLayer //incremental:twin_b
			RestLayer //incremental:tight`},
		{"a config that mentions the same objects", func() monorepo.Change {
			g.Images[other].Config++
			return monorepo.Change{Images: []int{other}}
		}, `
			Closure //incremental:other
			ImageConfig //incremental:other`},
	} {
		t.Run(step.name, func(t *testing.T) {
			clear(ran)
			if err := b.Build(b.Affected(step.edit()), collect); err != nil {
				t.Fatal(err)
			}
			var got []string
			for run := range ran {
				got = append(got, run)
			}
			slices.Sort(got)
			compare(t, got, step.want)
		})
		wanted = append(wanted, step.want)
	}
	t.Run("the lists are those of the end-to-end test", func(t *testing.T) {
		text, err := os.ReadFile("../../../../e2e/incremental_test.go")
		if errors.Is(err, fs.ErrNotExist) {
			t.Skip("the sources are not here: go test ./... has them")
		}
		if err != nil {
			t.Fatal(err)
		}
		at := 0
		for _, want := range wanted {
			next := strings.Index(string(text)[at:], "`"+want+"`")
			if next < 0 {
				t.Fatalf("%s\nis not there, or not in this order", want)
			}
			at += next + len(want)
		}
	})
}

func compare(t *testing.T, got []string, want string) {
	t.Helper()
	if wanted := strings.Fields(want); !slices.Equal(strings.Fields(strings.Join(got, " ")), wanted) {
		t.Errorf("got %q, want %q", got, wanted)
	}
}
