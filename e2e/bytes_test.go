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

// layeredImage is an image of the workspace e2e/bytes, as the reference is
// asked about it.
type layeredImage struct {
	Name     string              `json:"name"`
	Roots    map[string][]string `json:"roots"`
	Layering any                 `json:"layering"`
	// Layers is how many store layers there may be.
	Layers int `json:"layers"`
	owner
}

// owner is what all entries of an image's store layers have in common.
type owner struct {
	MTime int64  `json:"mtime"`
	UID   int64  `json:"uid"`
	GID   int64  `json:"gid"`
	UName string `json:"uname"`
	GName string `json:"gname"`
}

// storeLayer is one of an image's store layers.
type storeLayer struct {
	Paths  []string `json:"paths"`
	DiffID string   `json:"diff_id"`
}

// TestStoreLayersAreThoseOfDockerTools: whatever the closure, the number of
// layers, the owner and the layering, the store layers hold what a reference
// says that dockerTools' would hold, in the same order, and have the digests of
// the tars that Python's tarfile makes of the objects on disk.
func TestStoreLayersAreThoseOfDockerTools(t *testing.T) {
	harness.Lane(t)
	lab := harness.Nix(t)
	roots := map[string]string{}
	for _, name := range []string{"conversation", "hello", "link", "settings", "names", "fixed", "zlib-dev"} {
		roots[name] = lab.Path(t, name)
	}
	dir := harness.CopyWorkspace(t, "e2e/bytes")
	writeNARs(t, lab, dir, roots)
	bazel := harness.Temporary(t, dir)
	bazel.Build(t, "--output_groups=config,plan", "//...")
	bin := bazel.Bin(t)

	images := imagesOfBytes(roots)
	reference := askReference(t, lab, filepath.Join(dir, "reference.py"), images)
	different := map[string]bool{}
	for _, asked := range images {
		t.Run(asked.Name, func(t *testing.T) {
			image := image{bazel: bazel, label: "//:" + asked.Name, stem: filepath.Join(bin, asked.Name)}
			want := reference[asked.Name]
			if len(want) == 0 {
				t.Fatal("the reference has no layers")
			}
			equal(t, "layers", layerLines(storeLayers(t, image)), layerLines(want))
			different[layerLines(want)] = true
		})
	}
	// 100 layers are no more than 17 for so few objects.
	equal(t, "images with layers of their own", len(different), len(images)-2)
}

// imagesOfBytes are the images that e2e/bytes/images.bzl declares.
func imagesOfBytes(paths map[string]string) []layeredImage {
	owners := map[string]owner{
		"alice":  {981173106, 1000, 100, "alice", "users"},
		"far":    {8589934592, 2097152, 2147483647, "a-name-that-is-longer-than-a-header-holds", "größe"},
		"nobody": {-1, 0, 0, "", ""},
	}
	roots := map[string]map[string][]string{
		"app": {"customisation": {paths["conversation"]}, "config": {paths["hello"]}},
		"edge": {
			"customisation": {paths["names"]},
			"config":        {paths["link"], paths["fixed"], paths["settings"], paths["zlib-dev"]},
		},
	}
	pipeline := []any{
		[]any{"subcomponent_out", []string{paths["hello"]}},
		[]any{"over", "main", []any{"pipe", []any{[]any{"popularity_contest"}, []any{"reverse"}}}},
		[]any{"over", "rest", []any{"split_every", 3}},
		[]any{"flatten"},
	}
	var images []layeredImage
	for _, closure := range []string{"app", "edge"} {
		add := func(name string, layering any, maxLayers int, o owner) {
			// One layer is that of the links.
			images = append(images, layeredImage{closure + "_" + name, roots[closure], layering, maxLayers - 1, o})
		}
		root := owner{1, 0, 0, "root", "root"}
		for _, layers := range []int{2, 5, 17, 100} {
			add(fmt.Sprint(layers), "popularity", layers, root)
		}
		for name, owner := range owners {
			add("5_"+name, "popularity", 5, owner)
		}
		for _, layers := range []int{2, 5, 9} {
			add(fmt.Sprintf("%d_auto", layers), "auto", layers, root)
		}
		add("pipeline", pipeline, 100, root)
	}
	return images
}

// askReference runs the reference where the store is, and where there is
// Python.
func askReference(t *testing.T, lab *harness.NixLab, script string, images []layeredImage) map[string][]storeLayer {
	t.Helper()
	var objects []harness.NixObject
	for _, object := range lab.Objects {
		objects = append(objects, object)
	}
	slices.SortFunc(objects, func(a, b harness.NixObject) int { return strings.Compare(a.Path, b.Path) })
	question, err := json.Marshal(map[string]any{"objects": objects, "images": images})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(harness.TempDir(t), "question.json")
	harness.WriteFile(t, file, string(question))
	said := harness.Exec("env", "LC_ALL=C.UTF-8", "sh", "-c", `python3 "$0" < "$1"`, script, file).Run(t).Must(t).Stdout
	var answer map[string][]storeLayer
	if err := json.Unmarshal([]byte(said), &answer); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	return answer
}

// storeLayers are an image's layers but for the one of links, as its plan and
// its config have them.
func storeLayers(t *testing.T, i image) []storeLayer {
	t.Helper()
	var config struct {
		RootFS struct {
			DiffIDs []string `json:"diff_ids"`
		} `json:"rootfs"`
	}
	if err := json.Unmarshal([]byte(harness.ReadFile(t, i.stem+".config.json")), &config); err != nil {
		t.Fatal(err)
	}
	planned := plannedLayers(t, i)
	if len(config.RootFS.DiffIDs) != len(planned)+1 {
		t.Fatalf("the config has %d layers, want the %d of the plan and one", len(config.RootFS.DiffIDs), len(planned))
	}
	var layers []storeLayer
	for n, paths := range planned {
		layers = append(layers, storeLayer{paths, config.RootFS.DiffIDs[n]})
	}
	return layers
}

// layerLines are layers as text, a line each.
func layerLines(layers []storeLayer) string {
	var lines []string
	for _, layer := range layers {
		lines = append(lines, layer.DiffID+" "+strings.Join(layer.Paths, " "))
	}
	return strings.Join(lines, "\n")
}
