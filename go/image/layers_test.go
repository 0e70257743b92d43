package image

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/layer"
	"github.com/rules-strata/rules_strata/go/layering"
	"github.com/rules-strata/rules_strata/go/store"
)

// alone describes the layer of one object, of a size in bytes.
func alone(digit string, path store.Path, size int64) layer.Metadata {
	m := metadata(digit, path)
	m.Size = size
	return m
}

// TestAssembleSaysWhy: the layers carry what the plan says of them, and the
// sizes that their objects have alone.
func TestAssembleSaysWhy(t *testing.T) {
	single := map[store.Path]layer.Metadata{lib: alone("b", lib, 30720), app: alone("a", app, 20480)}
	shared := &Shared{Layers: []layer.Metadata{metadata("d", other, app)}, Whiteouts: &layer.Metadata{DiffID: "sha256:0", Size: 10240}}
	plan := planOf([]store.Path{lib}, []store.Path{other, app})
	plan.Why = []string{"alone: the largest", "all that is left"}
	plan.Replaced = []store.Path{lib}
	customisation := metadata("e", app)
	for _, test := range []struct {
		name  string
		plan  *layering.Plan
		kinds []string
		why   []string
		sizes [][]int64
	}{
		{
			"whiteouts, two layers, and an object in the top layer", plan,
			[]string{WhiteoutLayer, StoreLayer, StoreLayer, CustomisationLayer},
			[]string{"", "alone: the largest", "all that is left", ""},
			// other has no layer.json of its own.
			[][]int64{nil, {30720}, {0, 20480}, {20480}},
		},
		{
			"a plan without reasons", planOf([]store.Path{lib}),
			[]string{StoreLayer, CustomisationLayer},
			[]string{"", ""},
			[][]int64{{30720}, {20480}},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := Assemble(nil, test.plan, single, shared, customisation)
			if err != nil {
				t.Fatal(err)
			}
			for i, l := range got.Layers {
				if l.Kind != test.kinds[i] || l.Why != test.why[i] || !slices.Equal(l.ObjectSizes, test.sizes[i]) {
					t.Errorf("layer %d: got %+v, want %s, %q, %v", i+1, l, test.kinds[i], test.why[i], test.sizes[i])
				}
			}
		})
	}
}

// TestLayerJSON: what is not known of a layer is not in layers.json.
func TestLayerJSON(t *testing.T) {
	for _, test := range []struct {
		name  string
		layer Layer
		want  string
	}{
		{"nothing more", Layer{Kind: BaseLayer, StorePaths: []store.Path{}}, `{"diff_id":"","entries":0,"kind":"base","size":0,"store_paths":[]}`},
		{"all", Layer{Kind: StoreLayer, ObjectSizes: []int64{7}, StorePaths: []store.Path{lib}, Why: "alone"},
			`{"diff_id":"","entries":0,"kind":"store","object_sizes":[7],"size":0,"store_paths":["` + string(lib) + `"],"why":"alone"}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := json.Marshal(test.layer)
			if err != nil || string(got) != test.want {
				t.Errorf("got %s, %v, want %s", got, err, test.want)
			}
		})
	}
}

func TestObjectSize(t *testing.T) {
	l := Layer{StorePaths: []store.Path{lib, app}, ObjectSizes: []int64{10240, 0}}
	if got := l.ObjectSize(0); got != 10240 {
		t.Errorf("got %d", got)
	}
	if got := l.ObjectSize(1); got != 0 {
		t.Errorf("got %d for a size that is not known", got)
	}
	l.ObjectSizes = nil
	if got := l.ObjectSize(1); got != 0 {
		t.Errorf("got %d without sizes", got)
	}
}

// TestAssembleWithOtherReasons: reasons that are not the layers' are an error.
func TestAssembleWithOtherReasons(t *testing.T) {
	plan := planOf([]store.Path{lib})
	plan.Why = []string{"alone", "another"}
	_, err := Assemble(nil, plan, map[store.Path]layer.Metadata{lib: metadata("b", lib)}, nil, metadata("e"))
	if err == nil || !strings.Contains(err.Error(), "the plan has 2 reasons for 1 layers") {
		t.Errorf("got %v", err)
	}
}
