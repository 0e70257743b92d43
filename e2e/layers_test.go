//go:build e2e

package e2e

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/e2e/harness"
)

// explainedLayer is a layer as `layers --json` prints it.
type explainedLayer struct {
	Number  int
	Kind    string
	DiffID  string `json:"diff_id"`
	Size    int64
	Entries int
	Why     string
	Objects []explainedObject
}

type explainedObject struct {
	StorePath string `json:"store_path"`
	Name      string
	Size      int64
	Label     string
	Origin    string
}

// layersWorkspace is a copy of the workspace e2e/layers with its images built.
type layersWorkspace struct {
	bazel harness.Bazel
	bin   string
}

// layerPackages are the packages of the workspace, each of which needs the one
// before.
var layerPackages = []string{"base", "library", "app"}

func newLayersWorkspace(t *testing.T) layersWorkspace {
	t.Helper()
	harness.Need(t, harness.TestRoot)
	w := layersWorkspace{bazel: harness.LastingCopy(t, "e2e/layers")}
	for n, name := range layerPackages {
		for number := 1; number <= 4; number++ {
			// Every object is larger than those below it.
			harness.WriteFile(t, filepath.Join(w.bazel.Dir, name, fmt.Sprintf("%d.txt", number)), strings.Repeat("ten bytes\n", 1000*(4*n+number)))
		}
	}
	w.bazel.Build(t, "//...")
	w.bin = w.bazel.Bin(t)
	return w
}

func (w layersWorkspace) image(name string) image {
	return image{bazel: w.bazel, label: "//:" + name, stem: filepath.Join(w.bin, name), ref: name}
}

// layers runs the command of an image.
func (w layersWorkspace) layers(t *testing.T, name string, args ...string) string {
	t.Helper()
	return harness.Command{Args: append([]string{w.image(name).stem, "layers"}, args...)}.Run(t).Must(t).Stdout
}

func (w layersWorkspace) explained(t *testing.T, name string) []explainedLayer {
	t.Helper()
	var out struct{ Layers []explainedLayer }
	if err := json.Unmarshal([]byte(w.layers(t, name, "--json")), &out); err != nil {
		t.Fatal(err)
	}
	return out.Layers
}

// sizesAlone are the sizes of the layers of an image that has a layer for each
// object, by the objects' names.
func (w layersWorkspace) sizesAlone(t *testing.T) map[string]int64 {
	t.Helper()
	sizes := map[string]int64{}
	for _, tar := range harness.ReadArchive(t, w.image("roomy").archive(t)).Layers {
		if paths := storePaths(tar.Entries(t)); len(paths) == 1 {
			sizes[objectName(paths[0])] = int64(len(tar))
		}
	}
	equal(t, "objects of the image with room for all", len(sizes), 12)
	return sizes
}

// objectName is what follows the hash of a store path.
func objectName(path string) string {
	_, name, _ := strings.Cut(filepath.Base(path), "-")
	return name
}

// TestLayersExplainsTheRealLayers: what `layers` says of an image of each
// strategy is what the layers of its archive are.
func TestLayersExplainsTheRealLayers(t *testing.T) {
	harness.Lane(t, "layers")
	w := newLayersWorkspace(t)
	alone := w.sizesAlone(t)
	for _, test := range []struct {
		image string
		// most is the number of layers that there may be.
		most int
	}{
		{"auto", 5},
		{"min_size", 13},
		{"on_base", 100},
		{"origin", 5},
		{"pipeline", 5},
		{"popularity", 5},
		{"popularity_pinned", 5},
		{"roomy", 13},
		{"roomy_stable", 13},
		{"size", 5},
		{"stable", 5},
	} {
		t.Run(test.image, func(t *testing.T) {
			tars := harness.ReadArchive(t, w.image(test.image).archive(t)).Layers
			layers := w.explained(t, test.image)
			if len(layers) != len(tars) || len(layers) > test.most {
				t.Fatalf("%d layers, the archive has %d, and %d are allowed", len(layers), len(tars), test.most)
			}
			table := w.layers(t, test.image, "--all")
			held := 0
			for i, l := range layers {
				equal(t, "number", l.Number, i+1)
				equal(t, "diff ID", l.DiffID, tars[i].DiffID())
				equal(t, "size", l.Size, int64(len(tars[i])))
				if l.Why == "" || !strings.Contains(table, fmt.Sprintf("  %s  %s\n", strings.TrimPrefix(l.DiffID, "sha256:")[:12], l.Why)) {
					t.Errorf("layer %d: %q is not in\n%s", l.Number, l.Why, table)
				}
				if l.Kind != "store" {
					equal(t, "objects of a layer of the kind "+l.Kind, len(l.Objects), 0)
					continue
				}
				equal(t, "pipeline", l.Why == "put here by the pipeline", test.image == "pipeline")
				var paths []string
				for _, o := range l.Objects {
					held++
					paths = append(paths, o.StorePath)
					w.checkObject(t, o, alone)
					if !strings.Contains(table, "    "+o.Name+"  ") || !strings.Contains(table, "  "+o.Label+"\n") {
						t.Errorf("%s (%s) is not in\n%s", o.Name, o.Label, table)
					}
				}
				equal(t, "entries", l.Entries, len(tars[i].Entries(t)))
				equal(t, "objects", strings.Join(paths, "\n"), strings.Join(storePaths(tars[i].Entries(t)), "\n"))
			}
			if test.image == "on_base" {
				equal(t, "the layers of the base", layers[4].Why, "of the base image")
				equal(t, "objects above the base", held, 4)
				return
			}
			equal(t, "objects", held, 12)
		})
	}
}

// checkObject compares an object with what is known of it: its name is its
// package's and its number.
func (w layersWorkspace) checkObject(t *testing.T, o explainedObject, alone map[string]int64) {
	t.Helper()
	folder, _, _ := strings.Cut(o.Name, "_")
	equal(t, "name", o.Name, objectName(o.StorePath))
	equal(t, "label of "+o.Name, o.Label, "//"+folder+":"+o.Name)
	equal(t, "origin of "+o.Name, o.Origin, "//"+folder)
	equal(t, "size of "+o.Name, o.Size, alone[o.Name])
}

// TestLayersOfEachStrategy: the strategies put together what they say.
func TestLayersOfEachStrategy(t *testing.T) {
	harness.Lane(t, "layers")
	w := newLayersWorkspace(t)
	t.Run("size", func(t *testing.T) {
		layers := w.explained(t, "size")
		for i, want := range []string{"app_4", "app_3", "app_2"} {
			equal(t, fmt.Sprintf("layer %d", i+1), explainedNames(layers[i]), want)
		}
		equal(t, "the layer of the others", len(layers[3].Objects), 9)
	})
	t.Run("origin", func(t *testing.T) {
		layers := w.explained(t, "origin")
		for i, folder := range []string{"app", "library", "base"} {
			equal(t, fmt.Sprintf("layer %d", i+1), explainedNames(layers[i]), strings.ReplaceAll("F_1 F_2 F_3 F_4", "F", folder))
		}
	})
	t.Run("min_layer_size", func(t *testing.T) {
		small := 0
		for _, l := range w.explained(t, "min_size") {
			var sum int64
			for _, o := range l.Objects {
				sum += o.Size
			}
			if l.Kind == "store" && sum < 115000 {
				small++
			}
		}
		if layers := len(w.explained(t, "min_size")); small > 1 || layers >= len(w.explained(t, "roomy")) {
			t.Errorf("%d layers, %d of them small:\n%s", layers, small, w.layers(t, "min_size", "--all"))
		}
	})
	t.Run("the largest objects of a layer", func(t *testing.T) {
		table := w.layers(t, "size")
		if !strings.Contains(table, "  and 4 more: --all lists them\n") || strings.Contains(table, "base_1") || !strings.Contains(table, "app_1") {
			t.Errorf("got\n%s", table)
		}
	})
	t.Run("bazel run", func(t *testing.T) {
		equal(t, "stdout", w.bazel.Run(t, "run", "//:stable", "--", "layers").Must(t).Stdout, w.layers(t, "stable"))
	})
}

// explainedNames are the names of a layer's objects, sorted.
func explainedNames(l explainedLayer) string {
	var names []string
	for _, o := range l.Objects {
		names = append(names, o.Name)
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}
