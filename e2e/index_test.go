//go:build e2e

package e2e

import (
	"debug/elf"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/validate"

	"github.com/rules-strata/rules_strata/e2e/harness"
)

const (
	greetingOfAMD64 = "Hello from linux/amd64!\n"
	ociIndexType    = "application/vnd.oci.image.index.v1+json"
)

// indexWorkspace is a copy of the workspace e2e/index in which the indexes are
// built.
type indexWorkspace struct {
	bazel harness.Bazel
	bin   string
	// elsewhere are the stems of the images that set their platform: their
	// outputs are those of another configuration.
	elsewhere map[string]string
}

var indexBuilt struct {
	mu       sync.Mutex
	built    *indexWorkspace
	attempts int
}

func indexes(t *testing.T) *indexWorkspace {
	t.Helper()
	harness.Need(t, harness.TestRoot)
	indexBuilt.mu.Lock()
	defer indexBuilt.mu.Unlock()
	if indexBuilt.built == nil {
		if indexBuilt.attempts++; indexBuilt.attempts > 1 {
			t.Fatal("the indexes were not built, see the first test's message")
		}
		w := &indexWorkspace{bazel: harness.LastingCopy(t, "e2e/index"), elsewhere: map[string]string{}}
		w.bazel.Build(t, "--output_groups=+oci_layout,+digest,+image_tag,+index", "//images:split", "//images:list", "//images:hello_amd64", "//images:hello_arm64")
		w.bin = w.bazel.Bin(t)
		root := strings.TrimSpace(w.bazel.Run(t, "info", "execution_root").Must(t).Stdout)
		said := w.bazel.Run(t, "cquery", "--output=files", "--output_groups=digest", "//images:hello_amd64 + //images:hello_arm64").Must(t).Stdout
		for path := range strings.FieldsSeq(said) {
			stem := strings.TrimSuffix(filepath.Join(root, path), ".digest")
			w.elsewhere[filepath.Base(stem)] = stem
		}
		indexBuilt.built = w
	}
	return indexBuilt.built
}

func (w *indexWorkspace) image(name string) image {
	stem, ok := w.elsewhere[name]
	if !ok {
		stem = filepath.Join(w.bin, "images", name)
	}
	return image{bazel: w.bazel, label: "//images:" + name, stem: stem}
}

// line is a file of one line.
func line(t *testing.T, file string) string {
	t.Helper()
	text, found := strings.CutSuffix(harness.ReadFile(t, file), "\n")
	if !found || strings.Contains(text, "\n") {
		t.Errorf("%s is not one line: %q", file, text)
	}
	return text
}

// TestIndexFiles: the index names the images in the order that was given, its
// digest is that of the file, and what has no tag has one of the content.
func TestIndexFiles(t *testing.T) {
	harness.Lane(t, "index")
	w := indexes(t)
	for name, test := range map[string]struct{ tag, annotation string }{
		"split": {tag: "v1", annotation: "Says what it was built for.\nTwice."},
		"list":  {},
	} {
		t.Run(name, func(t *testing.T) {
			i := w.image(name)
			var index v1.IndexManifest
			if err := json.Unmarshal([]byte(harness.ReadFile(t, i.stem+".index.json")), &index); err != nil {
				t.Fatal(err)
			}
			equal(t, "digest", line(t, i.stem+".digest"), harness.Digest(t, i.stem+".index.json"))
			var platforms []string
			for _, m := range index.Manifests {
				equal(t, "media type", string(m.MediaType), ociManifestType)
				platforms = append(platforms, m.Platform.String())
			}
			equal(t, "platforms", strings.Join(platforms, " "), "linux/amd64 linux/arm64")
			equal(t, "media type", string(index.MediaType), ociIndexType)
			equal(t, "annotation", index.Annotations["org.opencontainers.image.description"], test.annotation)
			if tag := line(t, i.stem+".tag"); test.tag != "" && tag != test.tag || len(tag) == 0 || test.tag == "" && len(tag) != 32 {
				t.Errorf("tag %q", tag)
			}
		})
	}
	equal(t, "digest of the image for arm64", indexEntries(t, w.image("list"))[1].Digest.String(), line(t, w.image("hello_arm64").stem+".digest"))
}

// indexEntries are the images of an index's layout.
func indexEntries(t *testing.T, i image) []v1.Descriptor {
	t.Helper()
	manifest, err := openIndex(t, i).IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	return manifest.Manifests
}

// openIndex opens the index in its layout, of which it is the only entry.
func openIndex(t *testing.T, i image) v1.ImageIndex {
	t.Helper()
	top, err := layout.ImageIndexFromPath(i.stem + ".oci")
	if err != nil {
		t.Fatal(err)
	}
	manifest, err := top.IndexManifest()
	if err != nil || len(manifest.Manifests) != 1 {
		t.Fatalf("%+v, %v", manifest, err)
	}
	index, err := top.ImageIndex(manifest.Manifests[0].Digest)
	if err != nil {
		t.Fatal(err)
	}
	return index
}

// TestIndexLayoutsAreRead: the tools that read OCI layouts find the index and
// each of its images.
func TestIndexLayoutsAreRead(t *testing.T) {
	harness.Lane(t, "index")
	w := indexes(t)
	for name, tag := range map[string]string{"split": "v1", "list": ""} {
		t.Run(name, func(t *testing.T) {
			i := w.image(name)
			if tag == "" {
				tag = line(t, i.stem+".tag")
			}
			if err := validate.Index(openIndex(t, i)); err != nil {
				t.Error(err)
			}
			equal(t, "files of the layout", blobsOf(t, i.stem+".oci"), reachable(t, i.stem+".oci"))
			ref := "oci:" + i.stem + ".oci:" + tag
			for _, entry := range indexEntries(t, i) {
				said := harness.Exec("skopeo", "--override-arch", entry.Platform.Architecture, "inspect", ref).Run(t).Must(t).Stdout
				var inspected struct{ Architecture string }
				if err := json.Unmarshal([]byte(said), &inspected); err != nil {
					t.Fatalf("%v: %s", err, said)
				}
				equal(t, "architecture that skopeo finds", inspected.Architecture, entry.Platform.Architecture)
			}
			podman := harness.Podman(t)
			id := strings.TrimSpace(podman.Run(t, "pull", "--quiet", ref).Must(t).Stdout)
			equal(t, "podman's container says", podman.RunImage(t, id).Must(t).Stdout, greetingOfAMD64)
		})
	}
}

// TestIndexLayoutsAreLoaded: engines that know layouts load a tar of the index's,
// and run their own image of it. Docker's classic store knows none.
func TestIndexLayoutsAreLoaded(t *testing.T) {
	harness.Lane(t, "index")
	i := indexes(t).image("split")
	file := filepath.Join(harness.TempDir(t), "layout.tar")
	harness.Exec("tar", "-C", i.stem+".oci", "-cf", file, ".").Run(t).Must(t)
	const ref = "docker.io/library/index-split:v1"
	t.Run("docker, containerd store", func(t *testing.T) {
		docker := harness.Docker(t, harness.ContainerdStore)
		docker.Load(t, file)
		defer docker.Remove(t, ref)
		equal(t, "the container says", docker.RunImage(t, ref).Must(t).Stdout, greetingOfAMD64)
	})
	t.Run("podman", func(t *testing.T) {
		podman := harness.Podman(t)
		podman.Load(t, file)
		equal(t, "the container says", podman.RunImage(t, ref).Must(t).Stdout, greetingOfAMD64)
	})
}

// blobsOf are the names of a layout's blobs, a line each.
func blobsOf(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(dir, "blobs", "sha256"))
	if err != nil {
		t.Fatal(err)
	}
	var names strings.Builder
	for _, e := range entries {
		names.WriteString(e.Name() + "\n")
	}
	return names.String()
}

// TestImageLayoutsAreUnpacked: umoci unpacks the image of either platform, and
// the program in it is for that.
func TestImageLayoutsAreUnpacked(t *testing.T) {
	harness.Lane(t, "index")
	w := indexes(t)
	for arch, machine := range map[string]elf.Machine{"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64} {
		t.Run(arch, func(t *testing.T) {
			bundle := filepath.Join(harness.TempDir(t), "bundle")
			harness.Exec("umoci", "unpack", "--image", w.image("hello_"+arch).stem+".oci:latest", bundle).Run(t).Must(t)
			found, err := filepath.Glob(filepath.Join(bundle, "rootfs/nix/store/*-hello/bin/hello"))
			if err != nil || len(found) != 1 {
				t.Fatalf("%q, %v", found, err)
			}
			program, err := elf.Open(found[0])
			if err != nil {
				t.Fatal(err)
			}
			defer program.Close()
			equal(t, "machine of the program", program.Machine, machine)
		})
	}
}

// TestRunOfAnIndex: `bazel run` loads the image for this machine under that
// image's name, and refuses where there is none.
func TestRunOfAnIndex(t *testing.T) {
	harness.Lane(t, "index")
	w := indexes(t)
	docker := harness.Docker(t, harness.ClassicStore)
	bazel := w.bazel
	bazel.Env = append(bazel.Env, "DOCKER_HOST="+docker.Host)
	for label, ref := range map[string]string{"//images:split": "index-hello:latest", "//images:list": "index-hello-amd64:latest"} {
		docker.Remove(t, ref)
		contains(t, "stdout", bazel.Run(t, "run", label).Must(t).Stdout, "Loaded image: "+ref)
		equal(t, "the container says", docker.RunImage(t, ref).Must(t).Stdout, greetingOfAMD64)
	}
	r := bazel.Run(t, "run", "//images:arm64_alone")
	if r.Status == 0 || r.Stdout != "" {
		t.Errorf("it ran: %s", r)
	}
	contains(t, "stderr", r.Stderr, "images:arm64_alone: no image of it is for linux/amd64, the platform of this machine: run one of its images itself: ")
}

// TestTwoImagesForOnePlatform: an index that leaves open which image to take is
// refused, and both are named.
func TestTwoImagesForOnePlatform(t *testing.T) {
	harness.Lane(t, "index")
	w := indexes(t)
	r := w.bazel.Run(t, "build", "//images:twice")
	if r.Status == 0 {
		t.Fatal("it was built")
	}
	contains(t, "stderr", r.Stderr, "//images:hello and ")
	contains(t, "stderr", r.Stderr, "//images:hello_amd64 are both for linux/amd64: an index has one image for each platform")
}
