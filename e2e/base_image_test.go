//go:build e2e

package e2e

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/rules-strata/rules_strata/e2e/harness"
)

// baseWorkspace is a copy of the workspace e2e/base_image with base images that
// Docker and skopeo made.
type baseWorkspace struct {
	bazel  harness.Bazel
	bin    string
	docker *harness.DockerEngine
}

var basesBuilt struct {
	mu       sync.Mutex
	built    *baseWorkspace
	attempts int
}

// onBases makes the base images and builds all that is on them, for the first
// test that asks.
func onBases(t *testing.T) *baseWorkspace {
	t.Helper()
	docker := harness.Docker(t, harness.ClassicStore)
	basesBuilt.mu.Lock()
	defer basesBuilt.mu.Unlock()
	if basesBuilt.built == nil {
		if basesBuilt.attempts++; basesBuilt.attempts > 1 {
			t.Fatal("the images were not built, see the first test's message")
		}
		w := &baseWorkspace{bazel: harness.LastingCopy(t, "e2e/base_image"), docker: docker}
		w.makeBases(t)
		w.buildOldImages(t)
		w.bazel.Build(t, "//...")
		basesBuilt.built = w
	}
	return basesBuilt.built
}

func (w *baseWorkspace) at(name string) string { return filepath.Join(w.bazel.Dir, name) }

func (w *baseWorkspace) image(name string) image {
	return image{bazel: w.bazel, label: "//:" + name, stem: filepath.Join(w.bin, name), ref: strings.ReplaceAll(name, "on_base_tar", "on-base") + ":latest"}
}

// dockerBuild builds settings/NAME.Dockerfile on a base, with Docker's builder
// that needs no plug-in.
func (w *baseWorkspace) dockerBuild(t *testing.T, name, base, tag string) {
	t.Helper()
	harness.Exec("env", "DOCKER_BUILDKIT=0", "docker", "--host", w.docker.Host, "build", "--quiet", "--network", "none",
		"--build-arg", "BASE="+base, "--tag", tag, "--file", w.at("settings/"+name+".Dockerfile"), w.at("context")).Run(t).Must(t)
}

// makeBases builds a base image with Docker and saves it in every form.
func (w *baseWorkspace) makeBases(t *testing.T) {
	t.Helper()
	for _, dir := range []string{"bases", "context/bin"} {
		if err := os.MkdirAll(w.at(dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	harness.WriteFile(t, w.at("bases/BUILD.bazel"), `exports_files(glob(["*"], exclude_directories = 0))`+"\n")
	harness.WriteFile(t, w.at("context/BUILD.bazel"), "")
	for _, file := range []string{"context/bin/busybox", "app/busybox.static"} {
		harness.Exec("cp", "/bin/busybox", w.at(file)).Run(t).Must(t)
	}
	w.dockerBuild(t, "base", "scratch", "strata-base:latest")
	w.dockerBuild(t, "cmd", "strata-base", "strata-other:two")
	w.docker.Run(t, "save", "--output", w.at("bases/base.tar"), "strata-base:latest").Must(t)
	w.docker.Run(t, "save", "--output", w.at("bases/saved_two.tar"), "strata-base:latest", "strata-other:two").Must(t)
	listFirst(t, w.at("bases/saved_two.tar"), w.at("bases/two.tar"), "strata-base:latest")
	listFirst(t, w.at("bases/saved_two.tar"), w.at("bases/two_reversed.tar"), "strata-other:two")
	harness.Exec("sh", "-ec", `
		cd "$0"
		gzip -1 < base.tar > base.tar.gz
		xz -0 < base.tar > base.tar.xz
		zstd -q -1 < base.tar > base.tar.zst
		skopeo --insecure-policy copy --quiet docker-archive:base.tar docker-archive:legacy.tar:strata-base:latest
		skopeo --insecure-policy copy --quiet docker-archive:base.tar oci:layout:strata-base
		tar -C layout -cf layout.tar .
	`, w.at("bases")).Run(t).Must(t)
	for _, name := range []string{"base.tar", "legacy.tar"} {
		flipLayerByte(t, w.at("bases/"+name), w.at("bases/flipped_"+name))
	}
	harness.Exec("cp", "-a", w.at("bases/layout"), w.at("bases/flipped_layout")).Run(t).Must(t)
	flipByte(t, largestFile(t, w.at("bases/flipped_layout/blobs/sha256")))
}

// listFirst copies a docker archive with one of its images first in its
// manifest: Docker saves several in any order.
func listFirst(t *testing.T, from, to, ref string) {
	t.Helper()
	var out bytes.Buffer
	tw := tar.NewWriter(&out)
	for _, member := range harness.LayerTar(harness.ReadFile(t, from)).Files(t) {
		if member.Name == "manifest.json" {
			var images []map[string]any
			if err := json.Unmarshal(member.Content, &images); err != nil {
				t.Fatal(err)
			}
			at := slices.IndexFunc(images, func(image map[string]any) bool { return fmt.Sprint(image["RepoTags"]) == "["+ref+"]" })
			if len(images) != 2 || at < 0 {
				t.Fatalf("%s has the images %v, want two, %s among them", from, images, ref)
			}
			images[0], images[at] = images[at], images[0]
			data, err := json.Marshal(images)
			if err != nil {
				t.Fatal(err)
			}
			member.Content, member.Size = data, int64(len(data))
		}
		if err := tw.WriteHeader(member.Header); err != nil {
			t.Fatal(err)
		}
		if _, err := tw.Write(member.Content); err != nil {
			t.Fatal(err)
		}
	}
	if err := tw.Close(); err != nil {
		t.Fatal(err)
	}
	harness.WriteFile(t, to, out.String())
}

// buildOldImages builds images of //app, keeps them as bases and edits what
// they were made of.
func (w *baseWorkspace) buildOldImages(t *testing.T) {
	t.Helper()
	w.bazel.Build(t, "//app:old", "//app:old_tight")
	w.bin = w.bazel.Bin(t)
	for _, name := range []string{"old.tar.gz", "old_tight.tar.zst"} {
		harness.WriteFile(t, w.at("bases/"+name), harness.ReadFile(t, filepath.Join(w.bin, "app", name)))
	}
	harness.WriteFile(t, w.at("app/files/version.txt"), "version 2\n")
	harness.WriteFile(t, w.at("app/files/added.txt"), "is new\n")
	if err := os.Remove(w.at("app/files/vanished.txt")); err != nil {
		t.Fatal(err)
	}
}

// flipLayerByte copies a docker archive with another byte in the middle of its
// largest member.
func flipLayerByte(t *testing.T, from, to string) {
	t.Helper()
	data := []byte(harness.ReadFile(t, from))
	r := bytes.NewReader(data)
	in := tar.NewReader(r)
	var size, at int64
	for {
		header, err := in.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if header.Size > size {
			size, at = header.Size, r.Size()-int64(r.Len())
		}
	}
	data[at+size/2] ^= 1
	harness.WriteFile(t, to, string(data))
}

func flipByte(t *testing.T, file string) {
	t.Helper()
	data := []byte(harness.ReadFile(t, file))
	data[len(data)/2] ^= 1
	harness.WriteFile(t, file, string(data))
}

func largestFile(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	size := func(e os.DirEntry) int64 {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		return info.Size()
	}
	largest := slices.MaxFunc(entries, func(a, b os.DirEntry) int { return int(size(a) - size(b)) })
	return filepath.Join(dir, largest.Name())
}

// configSettings is what Docker says of the part of an image's config that a
// container gets, but for what says nothing.
func configSettings(t *testing.T, docker *harness.DockerEngine, ref string) map[string]any {
	t.Helper()
	said := docker.Run(t, "image", "inspect", "--format", "{{json .Config}}", ref).Must(t).Stdout
	var config map[string]any
	if err := json.Unmarshal([]byte(said), &config); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	maps.DeleteFunc(config, func(_ string, value any) bool { return value == nil || reflect.ValueOf(value).IsZero() })
	return config
}

// TestConfigIsInheritedAsByFROM: over the same base, the same settings make the
// config that Docker's builder makes; on an image of ours too.
func TestConfigIsInheritedAsByFROM(t *testing.T) {
	harness.Lane(t, "base_image")
	w := onBases(t)
	compare := func(t *testing.T, name, settings, base string) {
		t.Helper()
		i := w.image(name)
		w.docker.Load(t, i.archive(t))
		defer w.docker.Remove(t, i.ref)
		byDocker := "strata-docker-" + name
		w.dockerBuild(t, settings, base, byDocker)
		got, want := configSettings(t, w.docker, i.ref), configSettings(t, w.docker, byDocker)
		for _, field := range slices.Sorted(maps.Keys(want)) {
			equal(t, field, fmt.Sprint(got[field]), fmt.Sprint(want[field]))
		}
		for field := range got {
			if _, ok := want[field]; !ok {
				t.Errorf("%s: got %v, Docker has none", field, got[field])
			}
		}
		if len(want) < 9 {
			t.Errorf("Docker has %v only", want)
		}
	}
	for _, settings := range []string{"nothing", "cmd", "entrypoint", "everything", "no_healthcheck", "user"} {
		t.Run(settings, func(t *testing.T) { compare(t, "with_"+settings, settings, "strata-base") })
	}
	t.Run("middle", func(t *testing.T) { compare(t, "middle", "user", "strata-base") })
	t.Run("top", func(t *testing.T) { compare(t, "top", "everything", "strata-docker-middle") })
}

// TestEveryFormOfABase: what an image is does not depend on how its base was
// saved.
func TestEveryFormOfABase(t *testing.T) {
	harness.Lane(t, "base_image")
	w := onBases(t)
	want := harness.ReadFile(t, w.image("on_base_tar").stem+".config.json")
	for _, form := range []string{"base_tar_gz", "base_tar_xz", "base_tar_zst", "legacy_tar"} {
		t.Run(form, func(t *testing.T) {
			i := w.image("on_" + form)
			equal(t, "config", harness.ReadFile(t, i.stem+".config.json"), want)
			equal(t, "layers", digests(harness.ReadArchive(t, i.archive(t))), digests(harness.ReadArchive(t, w.image("on_base_tar").archive(t))))
		})
	}
	// skopeo leaves out of an OCI layout what the OCI specification does not know.
	for _, form := range []string{"layout", "layout_tar"} {
		t.Run(form, func(t *testing.T) {
			archive := harness.ReadArchive(t, w.image("on_"+form).archive(t))
			equal(t, "layers", digests(archive), digests(harness.ReadArchive(t, w.image("on_base_tar").archive(t))))
			equal(t, "Env", fmt.Sprint(settings(archive)["Env"]), "[PATH=/bin GREETING=hello EMPTY= NAME=middle]")
			equal(t, "Entrypoint", fmt.Sprint(settings(archive)["Entrypoint"]), "[echo entry]")
		})
	}
}

func digests(archive *harness.Archive) string {
	var all []string
	for _, layer := range archive.Layers {
		all = append(all, layer.DiffID())
	}
	return strings.Join(all, "\n")
}

func settings(archive *harness.Archive) map[string]any {
	return archive.Config["config"].(map[string]any)
}

// TestABaseIsSelected: name and tag together select one of an archive's images;
// a name alone does not.
func TestABaseIsSelected(t *testing.T) {
	harness.Lane(t, "base_image")
	w := onBases(t)
	for name, cmd := range map[string]string{
		"first_of_two": "[cmd]", "other_of_two": "[own cmd]", "name_of_two": "[cmd]",
		"first_of_two_reversed": "[own cmd]", "other_of_two_reversed": "[own cmd]", "name_of_two_reversed": "[own cmd]",
	} {
		t.Run(name, func(t *testing.T) {
			equal(t, "Cmd", fmt.Sprint(settings(harness.ReadArchive(t, w.image(name).archive(t)))["Cmd"]), cmd)
		})
	}
}

// TestImageOnImageOnDockersImage: the history has an entry for each layer
// besides those of the base that made none, the base's first; what one image
// holds the next does not add again; and it runs, with the base's files as they
// were.
func TestImageOnImageOnDockersImage(t *testing.T) {
	harness.Lane(t, "base_image")
	w := onBases(t)
	base := harness.ReadArchive(t, w.at("bases/base.tar"))
	below := base.Config["history"].([]any)
	for _, name := range []string{"middle", "top"} {
		t.Run(name, func(t *testing.T) {
			i := w.image(name)
			archive := harness.ReadArchive(t, i.archive(t))
			history := archive.Config["history"].([]any)
			equal(t, "history of the base", fmt.Sprint(history[:len(below)]), fmt.Sprint(below))
			equal(t, "layers of the base", digests(&harness.Archive{Layers: archive.Layers[:len(base.Layers)]}), digests(base))
			layers := 0
			for _, entry := range history {
				if entry.(map[string]any)["empty_layer"] != true {
					layers++
				}
			}
			equal(t, "history entries with a layer", layers, len(archive.Layers))
			if len(history) == layers {
				t.Error("no entry of the base is without a layer: the test shows nothing of them")
			}
			below = history
			base = archive
			count := map[string]int{}
			for _, layer := range archive.Layers {
				for _, path := range storePaths(layer.Entries(t)) {
					count[path]++
				}
			}
			for path, times := range count {
				equal(t, "layers with "+path, times, 1)
			}
			equal(t, "store paths", len(count), map[string]int{"middle": 2, "top": 3}[name])
		})
	}
	i := w.image("top")
	file := i.archive(t)
	for _, store := range harness.Stores {
		t.Run("docker, "+string(store)+" store", func(t *testing.T) {
			docker := harness.Docker(t, store)
			docker.Load(t, file)
			defer docker.Remove(t, i.ref)
			equal(t, "the container says", docker.RunImage(t, i.ref).Must(t).Stdout, "a b\n")
			script := `cat /changed /kept /share/files/version.txt /share/unchanged/unchanged.txt; test ! -e /gone; test "$NAME$ADDED$EMPTY" = top1full`
			said := docker.Run(t, "run", "--rm", "--network", "none", "--entrypoint", "/bin/sh", i.ref, "-ec", script).Must(t).Stdout
			equal(t, "files", said, "new\nkept\nversion 2\nunchanged\n")
		})
	}
}

// TestBaseOfAnOlderVersion: where the base has an object of Bazel's with other
// bytes, the new ones run and nothing of the old ones is left; what it has with
// the same bytes is not there again.
func TestBaseOfAnOlderVersion(t *testing.T) {
	harness.Lane(t, "base_image")
	w := onBases(t)
	const says = "version 2\nunchanged\nadded.txt\nversion.txt\n"
	for name, base := range map[string]string{"on_old_tar_gz": "old", "on_old_tight_tar_zst": "old_tight"} {
		t.Run(name, func(t *testing.T) {
			i := w.image(name)
			file := i.archive(t)
			archive := harness.ReadArchive(t, file)
			old := w.layersOf(t, base)
			// The one that removes the old object, the new object, the links.
			equal(t, "layers", len(archive.Layers), old+3)
			var plan struct {
				LeftOut  []string `json:"left_out"`
				Replaced []string `json:"replaced"`
			}
			if err := json.Unmarshal([]byte(harness.ReadFile(t, i.stem+".plan.json")), &plan); err != nil {
				t.Fatal(err)
			}
			equal(t, "objects left out", objectNames(plan.LeftOut), "busybox unchanged")
			equal(t, "objects replaced", objectNames(plan.Replaced), "data")
			equal(t, "objects added", objectNames(storePaths(archive.Layers[old+1].Entries(t))), "data")
			runsEverywhere(t, i.ref, file, says)
		})
	}
	t.Run("again", func(t *testing.T) {
		i := w.image("again")
		archive := harness.ReadArchive(t, i.archive(t))
		below := harness.ReadArchive(t, w.image("on_old_tar_gz").archive(t))
		equal(t, "layers", len(archive.Layers), len(below.Layers)+1)
		w.docker.Load(t, i.archive(t))
		defer w.docker.Remove(t, i.ref)
		equal(t, "the container says", w.docker.RunImage(t, i.ref).Must(t).Stdout, says)
	})
}

// layersOf is the number of layers of an image of //app.
func (w *baseWorkspace) layersOf(t *testing.T, name string) int {
	t.Helper()
	suffix := map[string]string{"old": "old.tar.gz", "old_tight": "old_tight.tar.zst"}[name]
	said := harness.Exec("sh", "-c", `case $0 in *.gz) gzip -dc "$0";; *) zstd -dc "$0";; esac | tar -xO manifest.json`, w.at("bases/"+suffix)).Run(t).Must(t).Stdout
	var manifests []struct{ Layers []string }
	if err := json.Unmarshal([]byte(said), &manifests); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	return len(manifests[0].Layers)
}

// objectNames are the names of store objects, sorted.
func objectNames(paths []string) string {
	var names []string
	for _, path := range paths {
		_, name, _ := strings.Cut(filepath.Base(path), "-")
		names = append(names, name)
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

// TestBaseBytesAreVerified: a byte of a base's layer that is not what it was is
// an error that names the digest that it should have and the one that it has;
// so is an image that is not there, which names those that are.
func TestBaseBytesAreVerified(t *testing.T) {
	harness.Lane(t, "base_image")
	w := onBases(t)
	built := w.bazel.Run(t, "build", "--keep_going", "--", "//flipped:base_tar", "//flipped:legacy_tar", "//flipped:layout", "//flipped:absent").MustFail(t, 1)
	failures := buildFailures(built.Stderr)
	for name, words := range map[string][]string{
		"base_tar":   changedDigests(t, layerMembers(t, w.at("bases/base.tar")), layerMembers(t, w.at("bases/flipped_base.tar"))),
		"legacy_tar": changedDigests(t, layerMembers(t, w.at("bases/legacy.tar")), layerMembers(t, w.at("bases/flipped_legacy.tar"))),
		"layout":     changedDigests(t, blobFiles(t, w.at("bases/layout")), blobFiles(t, w.at("bases/flipped_layout"))),
		"absent":     {"strata-other:three", "strata-base:latest", "strata-other:two"},
	} {
		t.Run(name, func(t *testing.T) {
			failure := failures["//flipped:"+name]
			for _, word := range words {
				contains(t, "the error", failure, word)
			}
			noOutput(t, filepath.Join(w.bin, "flipped", name))
		})
	}
}

// changedDigests are the digest of the only file that is another one, as it was
// and as it is.
func changedDigests(t *testing.T, before, after map[string]string) []string {
	t.Helper()
	var digests []string
	for name, data := range before {
		if after[name] != data {
			digests = append(digests, harness.DigestOf(data), harness.DigestOf(after[name]))
		}
	}
	if len(digests) != 2 {
		t.Fatalf("%d files differ, want one", len(digests)/2)
	}
	return digests
}

// layerMembers are the members of a tar.
func layerMembers(t *testing.T, file string) map[string]string {
	t.Helper()
	members := map[string]string{}
	for _, member := range harness.LayerTar(harness.ReadFile(t, file)).Files(t) {
		members[member.Name] = string(member.Content)
	}
	return members
}

// blobFiles are the blobs of an OCI layout.
func blobFiles(t *testing.T, layout string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(layout, "blobs/sha256"))
	if err != nil {
		t.Fatal(err)
	}
	blobs := map[string]string{}
	for _, entry := range entries {
		blobs[entry.Name()] = harness.ReadFile(t, filepath.Join(layout, "blobs/sha256", entry.Name()))
	}
	return blobs
}
