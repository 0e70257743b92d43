//go:build e2e

package e2e

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/validate"

	"github.com/rules-strata/rules_strata/e2e/harness"
)

const threeLines = "one\ntwo\nthree\n"

// everyGroup asks for all that a build can make of an image.
const everyGroup = "--output_groups=+docker_archive,+oci_layout,+manifest,+digest,+image_tag,+config,+plan,+layers"

// archivesWorkspace is a copy of the workspace e2e/archives in which everything
// is built.
type archivesWorkspace struct {
	bazel  harness.Bazel
	bin    string
	spawns []harness.Spawn
}

var archivesBuilt struct {
	mu       sync.Mutex
	built    *archivesWorkspace
	attempts int
}

func archives(t *testing.T) *archivesWorkspace {
	t.Helper()
	harness.Need(t, harness.TestRoot)
	archivesBuilt.mu.Lock()
	defer archivesBuilt.mu.Unlock()
	if archivesBuilt.built == nil {
		if archivesBuilt.attempts++; archivesBuilt.attempts > 1 {
			t.Fatal("the images were not built, see the first test's message")
		}
		w := &archivesWorkspace{bazel: harness.LastingCopy(t, "e2e/archives")}
		harness.Exec("cp", "/bin/busybox", filepath.Join(w.bazel.Dir, "objects/busybox.static")).Run(t).Must(t)
		harness.WriteFile(t, filepath.Join(w.bazel.Dir, "objects/long.txt"), longText())
		w.spawns = w.bazel.Spawns(t, everyGroup, "//...")
		w.bin = w.bazel.Bin(t)
		archivesBuilt.built = w
	}
	return archivesBuilt.built
}

// longText has many of the blocks that compressors work on at once, and is
// neither hard nor trivial to compress.
func longText() string {
	var text strings.Builder
	number := uint32(1)
	for text.Len() < 6<<20 {
		number = number*1664525 + 1013904223
		fmt.Fprintf(&text, "%d %x\n", number>>20, number)
	}
	return text.String()
}

func (w *archivesWorkspace) image(name string) image {
	return image{bazel: w.bazel, label: "//images:" + name, stem: filepath.Join(w.bin, "images", name), ref: "archives-" + name + ":latest"}
}

// TestArchivesLoadEverywhere: archives of every compressor load into every
// engine and run there.
func TestArchivesLoadEverywhere(t *testing.T) {
	harness.Lane(t, "archives")
	w := archives(t)
	for compressor, suffix := range map[string]string{"gz": ".tar.gz", "none": ".tar", "zstd": ".tar.zst"} {
		t.Run(compressor, func(t *testing.T) {
			i := w.image(compressor)
			runsEverywhere(t, i.ref, i.stem+suffix, threeLines)
		})
	}
	t.Run("go-containerregistry", func(t *testing.T) {
		archive, err := tarball.ImageFromPath(w.image("none").stem+".tar", nil)
		if err != nil {
			t.Fatal(err)
		}
		checkImage(t, archive, w.image("none"))
	})
}

// TestOCILayoutsAreRead: the tools that read OCI layouts take those of either
// compression, and every engine loads a tar of them.
func TestOCILayoutsAreRead(t *testing.T) {
	harness.Lane(t, "archives")
	w := archives(t)
	for name, mediaType := range map[string]string{"gz": "tar+gzip", "zstd": "tar+zstd"} {
		t.Run(name, func(t *testing.T) {
			i := w.image(name)
			dir := i.stem + ".oci"
			index, err := layout.ImageIndexFromPath(dir)
			if err != nil {
				t.Fatal(err)
			}
			// It reads no other compression than gzip; what others compressed is
			// compared below.
			options := map[string][]validate.Option{"zstd": {validate.Fast}}[name]
			if err := validate.Index(index, options...); err != nil {
				t.Error(err)
			}
			manifest, err := index.IndexManifest()
			if err != nil || len(manifest.Manifests) != 1 {
				t.Fatalf("%v: %v", manifest, err)
			}
			equal(t, "digest of the file", strings.TrimSpace(harness.ReadFile(t, i.stem+".digest")), manifest.Manifests[0].Digest.String())
			img, err := index.Image(manifest.Manifests[0].Digest)
			if err != nil {
				t.Fatal(err)
			}
			checkImage(t, img, i, options...)

			said := harness.Exec("skopeo", "inspect", "oci:"+dir+":latest").Run(t).Must(t).Stdout
			var inspected struct {
				Digest     string
				LayersData []struct{ MIMEType string }
			}
			if err := json.Unmarshal([]byte(said), &inspected); err != nil {
				t.Fatalf("%v: %s", err, said)
			}
			equal(t, "skopeo's digest", inspected.Digest, manifest.Manifests[0].Digest.String())
			for _, layer := range inspected.LayersData {
				equal(t, "media type of a layer", layer.MIMEType, "application/vnd.oci.image.layer.v1."+mediaType)
			}
			temp := harness.TempDir(t)
			copied := filepath.Join(temp, "copied.tar")
			harness.Exec("skopeo", "--insecure-policy", "copy", "--quiet", "oci:"+dir+":latest", "docker-archive:"+copied+":"+i.ref).Run(t).Must(t)
			equal(t, "layers that skopeo copied", digests(harness.ReadArchive(t, copied)), strings.Join(diffIDs(t, i), "\n"))
			harness.Exec("umoci", "unpack", "--image", dir+":latest", filepath.Join(temp, "bundle")).Run(t).Must(t)
			equal(t, "file that umoci unpacked", harness.ReadFile(t, filepath.Join(temp, "bundle/rootfs", w.storePath(t, i, "one"), "share/one.txt")), "one\n")

			file := filepath.Join(temp, "layout.tar")
			harness.Exec("tar", "-C", dir, "-cf", file, ".").Run(t).Must(t)
			for _, store := range harness.Stores {
				t.Run("docker, "+string(store)+" store", func(t *testing.T) {
					docker := harness.Docker(t, store)
					docker.Load(t, file)
					defer docker.Remove(t, i.ref)
					equal(t, "the container says", docker.RunImage(t, i.ref).Must(t).Stdout, threeLines)
				})
			}
			t.Run("podman", func(t *testing.T) {
				podman := harness.Podman(t)
				// The layout has the name in full.
				equal(t, "names", strings.Join(podman.Load(t, file), " "), "docker.io/library/"+i.ref)
				equal(t, "the container says", podman.RunImage(t, "docker.io/library/"+i.ref).Must(t).Stdout, threeLines)
			})
			t.Run("containerd", func(t *testing.T) {
				docker := harness.Docker(t, harness.ClassicStore)
				socket := strings.TrimSuffix(strings.TrimPrefix(docker.Host, "unix://"), "/s") + "/exec/containerd/containerd.sock"
				ctr := func(args ...string) string {
					return harness.Exec(append([]string{"ctr", "--address", socket, "--namespace", "strata-" + name}, args...)...).Run(t).Must(t).Stdout
				}
				ctr("images", "import", file)
				contains(t, "images", ctr("images", "ls"), "docker.io/library/"+i.ref)
			})
			t.Run("podman, the directory", func(t *testing.T) {
				said := harness.Podman(t).Run(t, "pull", "--quiet", "oci:"+dir+":latest").Must(t).Stdout
				equal(t, "image ID", "sha256:"+strings.TrimSpace(said), i.imageID(t))
			})
		})
	}
}

// checkImage: nothing is wrong with the image, and its layers are those of the
// config.
func checkImage(t *testing.T, img v1.Image, i image, options ...validate.Option) {
	t.Helper()
	if err := validate.Image(img, options...); err != nil {
		t.Error(err)
	}
	name, err := img.ConfigName()
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "image ID", name.String(), i.imageID(t))
}

// diffIDs are the digests of an image's layers as its config has them.
func diffIDs(t *testing.T, i image) []string {
	t.Helper()
	var config struct {
		RootFS struct {
			DiffIDs []string `json:"diff_ids"`
		} `json:"rootfs"`
	}
	if err := json.Unmarshal([]byte(harness.ReadFile(t, i.stem+".config.json")), &config); err != nil {
		t.Fatal(err)
	}
	return config.RootFS.DiffIDs
}

// storePath is the path of an image's object with the name.
func (w *archivesWorkspace) storePath(t *testing.T, i image, name string) string {
	t.Helper()
	for _, paths := range plannedLayers(t, i) {
		for _, path := range paths {
			if strings.HasSuffix(path, "-"+name) {
				return path
			}
		}
	}
	t.Fatalf("no object %s", name)
	return ""
}

// TestTagAndDigestAreFiles: what depends on the content is in files of one
// line.
func TestTagAndDigestAreFiles(t *testing.T) {
	harness.Lane(t, "archives")
	w := archives(t)
	equal(t, "tag that is given", harness.ReadFile(t, w.image("gz").stem+".tag"), "latest\n")
	untagged := w.image("untagged")
	tag := harness.ReadFile(t, untagged.stem+".tag")
	if !regexp.MustCompile(`^[0-9a-df-np-sv-z]{32}\n$`).MatchString(tag) {
		t.Errorf("the tag is %q, want 32 characters of Nix's base32", tag)
	}
	equal(t, "name in the archive", harness.ReadArchive(t, untagged.archive(t)).Name, "registry.example/archives/untagged:"+strings.TrimSpace(tag))
	for _, name := range []string{"gz", "none", "zstd", "untagged"} {
		i := w.image(name)
		equal(t, "digest of "+name, harness.ReadFile(t, i.stem+".digest"), harness.Digest(t, i.stem+".manifest.json")+"\n")
	}
	if harness.ReadFile(t, w.image("gz").stem+".digest") == harness.ReadFile(t, w.image("zstd").stem+".digest") {
		t.Error("layers of another compression have the same digest")
	}
}

// TestBlobsAreCompressedOnce: an object's blob is made by one action for all
// images with the compression.
func TestBlobsAreCompressedOnce(t *testing.T) {
	harness.Lane(t, "archives")
	w := archives(t)
	// Three images have gzip, one has zstd.
	equal(t, "actions", strings.Join(only("ObjectBlob", w.spawns), "\n"), lines(`
		ObjectBlob //objects:busybox
		ObjectBlob //objects:busybox
		ObjectBlob //objects:long
		ObjectBlob //objects:long
		ObjectBlob //objects:one
		ObjectBlob //objects:one
		ObjectBlob //objects:three
		ObjectBlob //objects:three
		ObjectBlob //objects:two
		ObjectBlob //objects:two`))
}

// TestLayersAsTars: each layer is a tar that an action of its own makes, and
// its digest is the diff ID.
func TestLayersAsTars(t *testing.T) {
	harness.Lane(t, "archives")
	w := archives(t)
	for name, layers := range map[string]int{"gz": 6, "untagged": 3} {
		t.Run(name, func(t *testing.T) {
			i := w.image(name)
			ids := diffIDs(t, i)
			equal(t, "layers of the config", len(ids), layers)
			for n, id := range ids {
				equal(t, fmt.Sprintf("digest of layer %d", n), harness.Digest(t, fmt.Sprintf("%s.layers/%d.tar", i.stem, n)), id)
			}
			said := w.bazel.Run(t, "aquery", "--output=jsonproto", fmt.Sprintf("mnemonic(LayerTar, %s)", i.label)).Must(t).Stdout
			var graph struct{ Actions []struct{ Mnemonic string } }
			if err := json.Unmarshal([]byte(said), &graph); err != nil {
				t.Fatal(err)
			}
			equal(t, "actions", len(graph.Actions), layers)
		})
	}
}

// TestAnEditRewritesOneLayer: of an image's tars one is made again when one
// object changes, and one blob.
func TestAnEditRewritesOneLayer(t *testing.T) {
	harness.Lane(t, "archives")
	w := archives(t)
	edit := func(text string) {
		harness.WriteFile(t, filepath.Join(w.bazel.Dir, "objects/two.txt"), text)
	}
	edit("edited\n")
	defer edit("two\n")
	equal(t, "tars", strings.Join(names(w.bazel.Spawns(t, "--output_groups=layers", "//images:gz")), "\n"), lines(`
		ImageConfig //images:gz
		LayerTar //images:gz
		ObjectLayer //objects:two`))
	for n, id := range diffIDs(t, w.image("gz")) {
		equal(t, fmt.Sprintf("digest of layer %d", n), harness.Digest(t, fmt.Sprintf("%s.layers/%d.tar", w.image("gz").stem, n)), id)
	}
	equal(t, "blobs", strings.Join(names(w.bazel.Spawns(t, "--output_groups=oci_layout", "//images:gz")), "\n"), lines(`
		ImageLayout //images:gz
		ImageManifest //images:gz
		ObjectBlob //objects:two`))
}

// TestOneCPUMakesTheSameBytes: what is built by one action at a time on one
// CPU is what was built with all of them, every file of every image.
func TestOneCPUMakesTheSameBytes(t *testing.T) {
	harness.Lane(t, "archives")
	harness.Need(t, harness.CPUAffinity)
	w := archives(t)
	w.bazel.Build(t, everyGroup, "//...")
	want := w.takeOutputs(t)
	slow := w.bazel
	slow.Run(t, "shutdown").Must(t)
	slow.Prefix = []string{"taskset", "--cpu-list", "0"}
	// The tools come from the cache, what they make does not.
	const steps = "Closure|CustomisationBlob|CustomisationLayer|DockerArchive|ImageConfig|ImageLayout|ImageManifest|" +
		"BlobInfo|LayerPlan|LayerTar|ObjectBlob|ObjectInfo|ObjectLayer|RestBlobs|RestLayer"
	slow.Flags = []string{"--jobs=1", "--modify_execution_info=(" + steps + ")=+no-cache"}
	spawns := slow.Spawns(t, everyGroup, "//...")
	for _, mnemonic := range []string{"DockerArchive", "ImageLayout", "LayerTar", "ObjectBlob", "ObjectLayer", "RestBlobs"} {
		ran := func(s harness.Spawn) bool { return s.Mnemonic == mnemonic && !s.CacheHit }
		if !slices.ContainsFunc(spawns, ran) {
			t.Errorf("no action %s ran", mnemonic)
		}
	}
	got := w.takeOutputs(t)
	for name, digest := range want {
		equal(t, name, got[name], digest)
	}
	for _, name := range []string{"images/gz.tar.gz", "images/zstd.tar.zst", "images/gz.oci/index.json", "images/zstd.oci/index.json", "images/untagged.layers/1.tar"} {
		if want[name] == "" {
			t.Errorf("%s was not compared", name)
		}
	}
	slow.Run(t, "shutdown").Must(t)
}

// takeOutputs removes all that was built of objects and images, and returns the
// digests of the files by their paths.
func (w *archivesWorkspace) takeOutputs(t *testing.T) map[string]string {
	t.Helper()
	digests := map[string]string{}
	for _, dir := range []string{"images", "objects"} {
		err := filepath.WalkDir(filepath.Join(w.bin, dir), func(path string, entry fs.DirEntry, err error) error {
			if err == nil && entry.Type().IsRegular() {
				name, _ := filepath.Rel(w.bin, path)
				digests[name] = harness.Digest(t, path)
			}
			return err
		})
		if err == nil {
			err = removeReadOnly(filepath.Join(w.bin, dir))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return digests
}

// removeReadOnly removes a tree in which folders are read-only.
func removeReadOnly(dir string) error {
	_ = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() {
			err = os.Chmod(path, 0o755)
		}
		return err
	})
	return os.RemoveAll(dir)
}
