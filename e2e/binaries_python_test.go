//go:build e2e

package e2e

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/e2e/harness"
)

// pythonWorkspace is a copy of e2e/binaries/python300 with its dependencies.
type pythonWorkspace struct{ bazel harness.Bazel }

// pythonPrograms are its programs, with the most layers that their images may
// have.
var pythonPrograms = map[string]int{"app": 40, "tool": 40, "left": 125, "right": 125}

func (w pythonWorkspace) at(name string) string { return filepath.Join(w.bazel.Dir, name) }

// writeDependencies makes the modules: each has a library with code and data,
// as a package manager unpacks it, and may need two of the first two hundred.
func (w pythonWorkspace) writeDependencies(t *testing.T) {
	t.Helper()
	var modules, overrides strings.Builder
	for n := range 400 {
		name := dependency(n)
		var needed []string
		for _, m := range []int{n * 7 % 200, (n*13 + 5) % 200} {
			if m < min(n, 200) && !slices.Contains(needed, dependency(m)) {
				needed = append(needed, dependency(m))
			}
		}
		w.writeDependency(t, n, needed)
		// The empty version says that no registry has it.
		fmt.Fprintf(&modules, "bazel_dep(name = %q, version = \"\")\n", name)
		fmt.Fprintf(&overrides, "common --override_module=%s=%s\n", name, w.at("deps/"+name))
	}
	harness.WriteFile(t, w.at("deps.MODULE.bazel"), modules.String())
	harness.WriteFile(t, w.at(".bazelrc"), harness.ReadFile(t, w.at(".bazelrc"))+overrides.String())
}

// dependency is the name of the module with a number.
func dependency(n int) string { return fmt.Sprintf("dep%03d", n) }

func (w pythonWorkspace) writeDependency(t *testing.T, n int, needed []string) {
	t.Helper()
	name := dependency(n)
	if err := os.MkdirAll(w.at("deps/"+name+"/site-packages/"+name), 0o755); err != nil {
		t.Fatal(err)
	}
	write := func(file, text string) { harness.WriteFile(t, w.at("deps/"+name+"/"+file), text) }
	module := fmt.Sprintf("module(name = %q)\n\nbazel_dep(name = \"rules_python\", version = \"0.24.0\")\n", name)
	var labels, imports string
	for _, other := range needed {
		module += fmt.Sprintf("bazel_dep(name = %q, version = \"\")\n", other)
		labels += fmt.Sprintf("        \"@%s//:lib\",\n", other)
		imports += fmt.Sprintf("import %s\n", other)
	}
	write("MODULE.bazel", module)
	write("BUILD.bazel", `load("@rules_python//python:defs.bzl", "py_library")

py_library(
    name = "lib",
    srcs = glob(["site-packages/**/*.py"]),
    data = glob(["site-packages/**/*.txt"]),
    imports = ["site-packages"],
    visibility = ["//visibility:public"],
    deps = [
`+labels+`    ],
)
`)
	write("site-packages/"+name+"/__init__.py", "import pathlib\n\n"+imports+`

def said():
    return pathlib.Path(__file__).with_name("text.txt").read_text()
`)
	write("site-packages/"+name+"/text.txt", strings.Repeat(name+"\n", 100+n*37%50*100))
}

// edit changes a dependency's text, not its size.
func (w pythonWorkspace) edit(t *testing.T, n int) {
	t.Helper()
	file := w.at("deps/" + dependency(n) + "/site-packages/" + dependency(n) + "/text.txt")
	harness.WriteFile(t, file, strings.ToUpper(harness.ReadFile(t, file)))
}

func (w pythonWorkspace) image(t *testing.T, program string) image {
	t.Helper()
	return built(t, w.bazel, "//"+program+":image", "python300/"+program+":latest")
}

// diffIDs are an image's layers, bottom first.
func (i image) diffIDs(t *testing.T) []string {
	t.Helper()
	var config struct {
		RootFS struct {
			DiffIDs []string `json:"diff_ids"`
		}
	}
	if err := json.Unmarshal([]byte(harness.ReadFile(t, i.stem+".config.json")), &config); err != nil {
		t.Fatal(err)
	}
	return config.RootFS.DiffIDs
}

// sentTo loads the image and returns how many layers it sent, of how many.
func (i image) sentTo(t *testing.T, docker *harness.DockerEngine) string {
	t.Helper()
	r := harness.Command{Env: []string{"DOCKER_HOST=" + docker.Host}, Args: []string{i.stem}}.Run(t).Must(t)
	said := summary.FindStringSubmatch(r.Stderr)
	if said == nil {
		t.Fatalf("no summary: %s", r)
	}
	return said[1]
}

// ofDependency finds the module in a spawn's target.
var ofDependency = regexp.MustCompile(`^ObjectLayer (dep\d{3})\b`)

// TestPythonWithHundredsOfDependencies: programs with hundreds of external
// repositories are images of as many layers as allowed, and what changes is
// built and sent again alone.
func TestPythonWithHundredsOfDependencies(t *testing.T) {
	harness.Lane(t)
	docker, containerd := harness.Docker(t, harness.ClassicStore), harness.Docker(t, harness.ContainerdStore)
	w := pythonWorkspace{harness.LastingCopy(t, "e2e/binaries/python300")}
	w.writeDependencies(t)
	writeBases(t, w.bazel.Dir, map[string][]string{"py": pythonBase})
	var labels []string
	for _, program := range slices.Sorted(maps.Keys(pythonPrograms)) {
		labels = append(labels, "//"+program, "//"+program+":image")
	}

	t.Run("each dependency's layer is built once", func(t *testing.T) {
		layers := map[string]int{}
		for _, spawn := range w.bazel.Spawns(t, labels...) {
			if found := ofDependency.FindStringSubmatch(spawn.String()); found != nil {
				layers[found[1]]++
			}
		}
		for n := range 400 {
			equal(t, "layer actions of "+dependency(n), layers[dependency(n)], 1)
		}
	})
	images := map[string]image{}
	defer func() {
		for _, i := range images {
			docker.Remove(t, i.ref)
			containerd.Remove(t, i.ref)
		}
	}()
	for program, most := range pythonPrograms {
		i := w.image(t, program)
		images[program] = i
		t.Run(program, func(t *testing.T) {
			if layers := len(i.diffIDs(t)); layers > most || layers < most*3/4 {
				t.Errorf("%d layers, want at most %d, and most of them", layers, most)
			}
			said := w.bazel.Run(t, "run", "//"+program).Must(t).Stdout
			contains(t, "the program says", said, program+": ")
			for _, engine := range []*harness.DockerEngine{docker, containerd} {
				i.sentTo(t, engine)
				equal(t, "the container says", engine.RunImage(t, i.ref).Must(t).Stdout, said)
			}
		})
	}
	t.Run("two programs have the layers of what they share", func(t *testing.T) {
		left, right := images["left"].diffIDs(t), images["right"].diffIDs(t)
		shared := 0
		for _, layer := range left {
			if slices.Contains(right, layer) {
				shared++
			}
		}
		// The dependencies that both have, and the base.
		if shared < 61 {
			t.Errorf("%d layers of %d and %d are shared, want the base and 60", shared, len(left), len(right))
		}
	})
	for _, step := range []struct {
		name    string
		program string
		edit    func()
		// layers are the actions that make layers: the object's, and that of the
		// layer that small packages of the main repository share.
		layers string
	}{
		{"the application changes", "app", func() {
			harness.WriteFile(t, w.at("app/app.py"), harness.ReadFile(t, w.at("app/app.py"))+"print(\"edited\")\n")
		}, "ObjectLayer //app:app"},
		{"a dependency changes", "left", func() { w.edit(t, 210) }, "ObjectLayer dep210~//:lib"},
		{"a dependency of a dependency changes", "left", func() { w.edit(t, 10) }, "ObjectLayer dep010~//:lib"},
	} {
		t.Run(step.name, func(t *testing.T) {
			i := images[step.program]
			before := i.diffIDs(t)
			step.edit()
			var layers []string
			for _, spawn := range w.bazel.Spawns(t, i.label) {
				if strings.HasSuffix(spawn.Mnemonic, "Layer") {
					layers = append(layers, spawn.String())
				}
			}
			equal(t, "layer actions", strings.Join(layers, "\n"), step.layers)
			after := i.diffIDs(t)
			equal(t, "layers", len(after), len(before))
			changed, first := 0, -1
			for n := range min(len(after), len(before)) {
				if before[n] != after[n] {
					if changed++; first < 0 {
						first = n
					}
				}
			}
			equal(t, "changed layers", changed, 1)
			if step.program == "app" {
				// Above it is the layer of the image's links alone.
				equal(t, "the layer that changes", first, len(after)-2)
			}
			equal(t, "sent to the containerd store", i.sentTo(t, containerd), fmt.Sprintf("1 of %d", len(after)))
			equal(t, "sent to the classic store", i.sentTo(t, docker), fmt.Sprintf("%d of %d", len(after)-first, len(after)))
			said := w.bazel.Run(t, "run", "//"+step.program).Must(t).Stdout
			equal(t, "the container says", docker.RunImage(t, i.ref).Must(t).Stdout, said)
		})
	}
	t.Run("a dependency in a bucket changes", func(t *testing.T) {
		i := images["app"]
		w.bazel.Build(t, i.label)
		before := i.diffIDs(t)
		w.edit(t, 250)
		w.bazel.Build(t, i.label)
		after := i.diffIDs(t)
		changed := 0
		for n := range min(len(after), len(before)) {
			if before[n] != after[n] {
				changed++
			}
		}
		equal(t, "changed layers", changed, 1)
	})
}
