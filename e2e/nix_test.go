//go:build e2e

package e2e

import (
	"archive/tar"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/e2e/harness"
)

const conversation = "Hello, world!\n{\"greeting\": \"hi\"}\n"

// TestNixClosureInLayers: the closure of a program from a real Nix store, 16
// store paths, runs in Docker and in Podman; with room for it, every store path
// has a layer of its own, in the order of popularity and with the bytes that
// the store has; with room for five layers there are five.
func TestNixClosureInLayers(t *testing.T) {
	harness.Lane(t, "nix_store")
	lab := harness.Nix(t)
	program, hello := lab.Path(t, "conversation"), lab.Path(t, "hello")
	closure := lab.Closure(program)
	equal(t, "store paths in the closure", len(closure), 16)

	bazel := nixWorkspace(t, "e2e/nix_store", map[string]string{"result": program, "result-2": hello})
	bazel.Build(t, "//...")
	bin := bazel.Bin(t)

	order := expectedOrder(t, lab, closure, program, hello)
	five := [][]string{order[0:1], order[1:2], order[2:3], order[3:]}
	var all [][]string
	for _, path := range order {
		all = append(all, []string{path})
	}
	for _, room := range []struct {
		image string
		want  [][]string
	}{{"conversation_100", all}, {"conversation_5", five}} {
		t.Run(room.image, func(t *testing.T) {
			image := image{bazel: bazel, label: "//:" + room.image, stem: filepath.Join(bin, room.image)}
			file := image.archive(t)
			archive := harness.ReadArchive(t, file)
			// The last layer holds the links.
			var got [][]string
			for _, layer := range archive.Layers[:len(archive.Layers)-1] {
				got = append(got, storePaths(layer.Entries(t)))
			}
			equal(t, "store paths of the layers", fmt.Sprint(got), fmt.Sprint(room.want))
			equal(t, "plan", fmt.Sprint(plannedLayers(t, image)), fmt.Sprint(room.want))
			equal(t, "store paths of the links' layer", len(storePaths(archive.Layers[len(archive.Layers)-1].Entries(t))), 0)
			for _, layer := range archive.Layers[:len(archive.Layers)-1] {
				sameAsOnDisk(t, lab, layer)
			}
			runsEverywhere(t, archive.Name, file, conversation)
		})
	}
}

// expectedOrder is the order in which the objects must come, bottom layer
// first: what the links and the config mention counts.
func expectedOrder(t *testing.T, lab *harness.NixLab, closure []string, contents, config string) []string {
	t.Helper()
	graph := map[string][]string{}
	for _, path := range closure {
		graph[path] = lab.Objects[path].References
	}
	alone := harness.PopularityOrder(graph)
	graph["config"] = []string{config}
	graph["customisation layer"] = []string{contents}
	order := harness.PopularityOrder(graph)
	if slices.Equal(alone, order) {
		t.Error("the config and the links make no difference to the order: the test shows nothing of them")
	}
	return order
}

func plannedLayers(t *testing.T, i image) [][]string {
	t.Helper()
	var plan struct{ Layers [][]string }
	if err := json.Unmarshal([]byte(harness.ReadFile(t, i.stem+".plan.json")), &plan); err != nil {
		t.Fatal(err)
	}
	return plan.Layers
}

// storePaths are the store objects that a layer has entries of, in their order.
func storePaths(entries []*tar.Header) []string {
	var paths []string
	for _, entry := range entries {
		parts := strings.SplitN(strings.Trim(strings.TrimPrefix(entry.Name, "."), "/"), "/", 4)
		if len(parts) < 3 || parts[0] != "nix" {
			continue
		}
		if path := "/" + strings.Join(parts[:3], "/"); !slices.Contains(paths, path) {
			paths = append(paths, path)
		}
	}
	return paths
}

// sameAsOnDisk: the layer holds its objects as they are in the store.
func sameAsOnDisk(t *testing.T, lab *harness.NixLab, layer harness.LayerTar) {
	t.Helper()
	want := map[string]string{"/nix": "directory 755", "/nix/store": "directory 755"}
	for _, path := range storePaths(layer.Entries(t)) {
		maps.Copy(want, onDisk(t, lab, path))
	}
	got := map[string]string{}
	for _, file := range layer.Files(t) {
		got["/"+strings.Trim(file.Name, "/")] = fileState(os.FileMode(file.Mode), file.Typeflag, file.Linkname, file.Content)
		if file.Uid != 0 || file.Gid != 0 || file.ModTime.Unix() != 1 {
			t.Errorf("%s: owner %d:%d, time %v", file.Name, file.Uid, file.Gid, file.ModTime)
		}
	}
	for name := range maps.Keys(want) {
		equal(t, fmt.Sprintf("%q", name), got[name], want[name])
	}
	equal(t, "entries", len(got), len(want))
}

// onDisk describes the files of an object.
func onDisk(t *testing.T, lab *harness.NixLab, path string) map[string]string {
	t.Helper()
	files := map[string]string{}
	root := lab.OnDisk(path)
	err := filepath.WalkDir(root, func(name string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		var target string
		var content []byte
		kind := byte(tar.TypeDir)
		switch {
		case info.Mode()&os.ModeSymlink != 0:
			kind = tar.TypeSymlink
			target, err = os.Readlink(name)
		case info.Mode().IsRegular():
			kind = tar.TypeReg
			content, err = os.ReadFile(name)
		}
		files[path+strings.TrimPrefix(name, root)] = fileState(info.Mode(), kind, target, content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func fileState(mode os.FileMode, kind byte, target string, content []byte) string {
	switch kind {
	case tar.TypeDir:
		return fmt.Sprintf("directory %o", mode.Perm())
	case tar.TypeSymlink:
		return "link to " + target
	case tar.TypeReg:
		return fmt.Sprintf("file %o, %d bytes, %s", mode.Perm(), len(content), harness.DigestOf(string(content)))
	default:
		return fmt.Sprintf("entry of type %q", kind)
	}
}

// runsEverywhere: the archive loads into every engine and its container says
// what it should.
func runsEverywhere(t *testing.T, name, file, says string) {
	t.Helper()
	for _, store := range harness.Stores {
		t.Run("docker, "+string(store)+" store", func(t *testing.T) {
			docker := harness.Docker(t, store)
			docker.Load(t, file)
			defer docker.Remove(t, name)
			equal(t, "the container says", docker.RunImage(t, name).Must(t).Stdout, says)
		})
	}
	t.Run("podman", func(t *testing.T) {
		podman := harness.Podman(t)
		podman.Load(t, file)
		equal(t, "the container says", podman.RunImage(t, "localhost/"+name).Must(t).Stdout, says)
	})
}

// nixWorkspace is Bazel in a copy of a workspace, which all tests share, that
// has links to store paths; tests that name the same link mean the same path.
func nixWorkspace(t *testing.T, dir string, links map[string]string) harness.Bazel {
	t.Helper()
	bazel := harness.LastingCopy(t, dir)
	// Where Nix is.
	bazel.Env = []string{"BAZELW_MODE=private"}
	for name, path := range links {
		link := filepath.Join(bazel.Dir, name)
		if err := os.MkdirAll(filepath.Dir(link), 0o755); err != nil {
			t.Fatal(err)
		}
		if there, err := os.Readlink(link); err == nil && there == path {
			continue
		}
		if err := os.Symlink(path, link); err != nil {
			t.Fatal(err)
		}
	}
	return bazel
}

// TestNixStoreLinks: every link is followed up to the store and no further, and
// none is lost to another of its name.
func TestNixStoreLinks(t *testing.T) {
	harness.Lane(t, "nix_store")
	lab := harness.Nix(t)
	program, hello, link := lab.Path(t, "conversation"), lab.Path(t, "hello"), lab.Path(t, "link")
	bazel := nixWorkspace(t, "e2e/nix_store", map[string]string{"result": program, "other/result": hello, "object": link, "link": "object"})
	for label, want := range map[string]string{
		"labels(deps, @links//:closure)":     filepath.Base(program) + "\n" + filepath.Base(hello) + "\n" + filepath.Base(link) + "\n",
		"labels(actual, @links//:result)":    filepath.Base(program) + "\n",
		"labels(actual, @links//:link)":      filepath.Base(link) + "\n",
		"labels(actual, @links//:hello-lab)": filepath.Base(hello) + "\n",
	} {
		var got []string
		for line := range strings.Lines(bazel.Run(t, "query", label).Must(t).Stdout) {
			_, name, _ := strings.Cut(line, ":")
			got = append(got, name)
		}
		wanted := slices.Sorted(strings.Lines(want))
		slices.Sort(got)
		equal(t, label, strings.Join(got, ""), strings.Join(wanted, ""))
	}
}

// TestNixHelloExample: the example builds with the link that nix-build makes,
// loads with `bazel run` and greets.
func TestNixHelloExample(t *testing.T) {
	harness.Lane(t)
	lab := harness.Nix(t)
	docker := harness.Docker(t, harness.ClassicStore)
	hello := lab.Path(t, "hello")
	bazel := nixWorkspace(t, "examples/nix_hello", map[string]string{"result": hello})
	image := image{bazel: bazel, label: "//:hello_image", ref: "nix-hello:latest"}
	equal(t, "stdout", image.load(t, docker).Stdout, "Loaded image: nix-hello:latest\n")
	defer docker.Remove(t, image.ref)
	equal(t, "the container says", docker.RunImage(t, image.ref).Must(t).Stdout, greeting)
	equal(t, "layers", len(docker.Inspect(t, image.ref).RootFS.Layers), len(lab.Closure(hello))+1)
}

// TestNARsAsObjects: NARs given one by one, without Nix, make the layers that
// the store's own files have; objects that are a file, a link or a tree of
// awkward names are among them.
func TestNARsAsObjects(t *testing.T) {
	harness.Lane(t)
	lab := harness.Nix(t)
	dir := harness.CopyWorkspace(t, "e2e/nars")
	roots := map[string]string{}
	for _, name := range []string{"link", "settings", "names", "fixed", "zlib-dev"} {
		roots[name] = lab.Path(t, name)
	}
	writeNARs(t, lab, dir, roots)
	bazel := harness.Temporary(t, dir)
	bazel.Build(t, "//...")
	image := image{bazel: bazel, label: "//:image", stem: filepath.Join(bazel.Bin(t), "image")}
	file := image.archive(t)
	archive := harness.ReadArchive(t, file)
	var got, want []string
	for _, layer := range archive.Layers[:len(archive.Layers)-1] {
		got = append(got, storePaths(layer.Entries(t))...)
		sameAsOnDisk(t, lab, layer)
	}
	for _, root := range roots {
		want = append(want, lab.Closure(root)...)
	}
	slices.Sort(got)
	slices.Sort(want)
	equal(t, "store paths", strings.Join(got, "\n"), strings.Join(slices.Compact(want), "\n"))
	config := harness.ReadFile(t, image.stem+".config.json")
	bazel.Build(t, "--compilation_mode=opt", "--output_groups=config", image.label)
	equal(t, "config.json in opt", harness.ReadFile(t, bazel.Output(t, image.label, ".config.json", "--compilation_mode=opt")), config)
	runsEverywhere(t, archive.Name, file, greeting)
}

// writeNARs copies the closure's NARs into a workspace and declares them.
func writeNARs(t *testing.T, lab *harness.NixLab, dir string, roots map[string]string) {
	t.Helper()
	build := []string{
		`load("@rules_strata//rules:defs.bzl", "nar_store_object")`,
		`package(default_visibility = ["//visibility:public"])`,
	}
	if err := os.Mkdir(filepath.Join(dir, "nars"), 0o755); err != nil {
		t.Fatal(err)
	}
	written := map[string]bool{}
	for name, root := range roots {
		build = append(build, fmt.Sprintf("alias(name = %q, actual = %q)", name, filepath.Base(root)))
		for _, path := range lab.Closure(root) {
			if written[path] {
				continue
			}
			written[path] = true
			base := filepath.Base(path)
			harness.WriteFile(t, filepath.Join(dir, "nars", base+".nar"), harness.ReadFile(t, lab.NAR(path)))
			var self, deps []string
			for _, reference := range lab.Objects[path].References {
				if reference == path {
					self = append(self, fmt.Sprintf("%q", path))
				} else {
					deps = append(deps, fmt.Sprintf("%q", ":"+filepath.Base(reference)))
				}
			}
			build = append(build, fmt.Sprintf("nar_store_object(name = %q, nar = %q, store_path = %q, references = [%s], deps = [%s])",
				base, base+".nar", path, strings.Join(self, ", "), strings.Join(deps, ", ")))
		}
	}
	harness.WriteFile(t, filepath.Join(dir, "nars/BUILD.bazel"), strings.Join(build, "\n")+"\n")
}
