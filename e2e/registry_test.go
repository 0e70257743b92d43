//go:build e2e

package e2e

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/rules-strata/rules_strata/e2e/harness"
)

// pullWorkspace is a copy of the workspace e2e/registry, with a registry of
// the test's own.
type pullWorkspace struct {
	bazel    harness.Bazel
	registry *harness.Registry
	images   pulledImages
	// fresh is an empty repository cache, and an empty Docker configuration.
	fresh []string
}

func onRegistry(t *testing.T) *pullWorkspace {
	t.Helper()
	w := &pullWorkspace{registry: harness.StartRegistry(t), bazel: harness.LastingCopy(t, "e2e/registry"), images: newPulledImages(t)}
	w.bazel.Env = []string{"BAZELW_MODE=private"}
	w.fresh = []string{"--repository_cache=" + harness.TempDir(t), "--repo_env=DOCKER_CONFIG=" + harness.TempDir(t), "--repo_env=XDG_RUNTIME_DIR="}
	return w
}

// pull writes what the workspace pulls: names and the attributes of pull.image.
func (w *pullWorkspace) pull(t *testing.T, tags map[string]string) {
	t.Helper()
	text := []string{`pull = use_extension("@rules_strata//rules:extensions.bzl", "pull")`}
	var names []string
	for name, attributes := range tags {
		text = append(text, fmt.Sprintf("pull.image(name = %q, %s)", name, attributes))
		names = append(names, fmt.Sprintf("%q", name))
	}
	slices.Sort(text[1:])
	text = append(text, fmt.Sprintf("use_repo(pull, %s)", strings.Join(names, ", ")))
	harness.WriteFile(t, filepath.Join(w.bazel.Dir, "pulled.MODULE.bazel"), strings.Join(text, "\n")+"\n")
}

// plain are the attributes of an image on plain HTTP.
func plain(address, repository, digest string, more ...string) string {
	return strings.Join(append([]string{fmt.Sprintf(`image_name = "%s/%s", image_digest = %q, tls_verify = False`, address, repository, digest)}, more...), ", ")
}

// twoPlatforms pushes an index of two platforms and returns its digest.
func (w *pullWorkspace) twoPlatforms(t *testing.T) (digest string, images map[string]v1.Image) {
	t.Helper()
	images = map[string]v1.Image{
		"amd64": w.images.image(t, amd64, types.OCIManifestSchema1, "lower", "hello from amd64"),
		"arm64": w.images.image(t, arm64, types.OCIManifestSchema1, "lower", "hello from arm64"),
	}
	return w.registry.Push(t, layoutWith(t, indexOf(t, images)), "app"), images
}

// output is the file of a target that has one.
func (w *pullWorkspace) output(t *testing.T, label string, flags ...string) string {
	t.Helper()
	args := append(slices.Clone(flags), "--output=files", label)
	out := strings.TrimSpace(w.bazel.Run(t, "cquery", args...).Must(t).Stdout)
	if out == "" || strings.Contains(out, "\n") {
		t.Fatalf("the files of %s are %q", label, out)
	}
	root := strings.TrimSpace(w.bazel.Run(t, "info", "execution_root").Must(t).Stdout)
	return filepath.Join(root, out)
}

// TestPulledImage: an index of two platforms; the image of one of them is
// pulled, layers only when something needs them, and runs.
func TestPulledImage(t *testing.T) {
	harness.Lane(t, "registry")
	docker := harness.Docker(t, harness.ClassicStore)
	w := onRegistry(t)
	digest, images := w.twoPlatforms(t)
	w.pull(t, map[string]string{
		"app":     plain(w.registry.Address, "app", digest, `arch = "amd64", final_image_name = "pulled/app", final_image_tag = "v1"`),
		"app_arm": plain(w.registry.Address, "app", digest, `arch = "arm64"`),
		"other":   plain(w.registry.Address, "app", digest),
	})
	before := len(w.registry.Served(t))
	w.bazel.Build(t, append(w.fresh, "@app//:manifest", "@app//:config", "@app//:digest", "@app_arm//:manifest")...)
	served := w.registry.Served(t)[before:]
	var want []string
	want = append(want, "/v2/app/manifests/"+digest)
	for _, arch := range []string{"amd64", "arm64"} {
		manifest, err := images[arch].Digest()
		if err != nil {
			t.Fatal(err)
		}
		config, err := images[arch].ConfigName()
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, "/v2/app/manifests/"+manifest.String(), "/v2/app/blobs/"+config.String())
	}
	slices.Sort(want)
	got := slices.Clone(served)
	slices.Sort(got)
	equal(t, "served for the manifests", strings.Join(slices.Compact(got), "\n"), strings.Join(want, "\n"))
	manifest, err := images["amd64"].RawManifest()
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "the manifest", harness.ReadFile(t, w.output(t, "@app//:manifest", w.fresh...)), string(manifest))

	before = len(w.registry.Served(t))
	i := image{bazel: w.bazel, label: "@app//:image", ref: "pulled/app:v1"}
	i.bazel.Flags = w.fresh
	docker.Remove(t, i.ref)
	defer docker.Remove(t, i.ref)
	run := i.bazel
	run.Env = append(slices.Clone(run.Env), "DOCKER_HOST="+docker.Host)
	contains(t, "stdout of bazel run", run.Run(t, "run", i.label).Must(t).Stdout, "Loaded image: pulled/app:v1\n")
	equal(t, "the container says", docker.RunImage(t, i.ref).Must(t).Stdout, "hello from amd64\n")
	equal(t, "the image's ID", docker.Inspect(t, i.ref).ID, harness.Digest(t, w.output(t, "@app//:config", w.fresh...)))
	var layers []string
	for _, digest := range digestsOf(t, images["amd64"]) {
		layers = append(layers, "/v2/app/blobs/"+digest)
	}
	slices.Sort(layers)
	got = w.registry.Served(t)[before:]
	slices.Sort(got)
	equal(t, "served for the image", strings.Join(got, "\n"), strings.Join(layers, "\n"))
	pinned, err := images["amd64"].Digest()
	if err != nil {
		t.Fatal(err)
	}
	copied := w.registry.Address + "/copied"
	equal(t, "pushed again", run.Run(t, "run", i.label, "--", "push", copied+":v1").Must(t).Stdout, copied+"@"+pinned.String()+"\n")
	w.checkOutputs(t, docker, i)
}

// checkOutputs looks at the output groups of a pulled image.
func (w *pullWorkspace) checkOutputs(t *testing.T, docker *harness.DockerEngine, i image) {
	t.Helper()
	i.bazel.Build(t, "--output_groups=docker_archive,oci_layout,layers,mtree,plan,closure,image_tag", i.label)
	external := filepath.Join(i.bazel.Bin(t), "external")
	archives, err := filepath.Glob(filepath.Join(external, "*app/image.tar"))
	if err != nil || len(archives) != 1 {
		t.Fatalf("the archives are %q, %v", archives, err)
	}
	equal(t, "the archive's name", harness.ReadArchive(t, archives[0]).Name, i.ref)
	docker.Remove(t, i.ref)
	docker.Load(t, archives[0])
	equal(t, "the container of the archive says", docker.RunImage(t, i.ref).Must(t).Stdout, "hello from amd64\n")
	layouts, err := filepath.Glob(filepath.Join(external, "*app/image.oci"))
	if err != nil || len(layouts) != 1 {
		t.Fatalf("the layouts are %q, %v", layouts, err)
	}
	said := harness.Exec("skopeo", "inspect", "--config", "oci:"+layouts[0]+":v1").Run(t).Must(t).Stdout
	var config map[string]any
	if err := json.Unmarshal([]byte(said), &config); err != nil || config["architecture"] != "amd64" {
		t.Errorf("skopeo says of the layout %v, %s", err, said)
	}
}

// TestFromPulledImage: an image on one of a registry runs, and can be built
// again without the registry from the repository cache alone. A layer that two
// images share is downloaded once.
func TestFromPulledImage(t *testing.T) {
	harness.Lane(t, "registry")
	docker := harness.Docker(t, harness.ClassicStore)
	w := onRegistry(t)
	digest, images := w.twoPlatforms(t)
	other := w.images.image(t, amd64, types.DockerManifestSchema2, "other")
	otherDigest := w.registry.Push(t, layoutWith(t, other), "some/other")
	w.pull(t, map[string]string{
		"app":   plain(w.registry.Address, "app", digest, `arch = "amd64"`),
		"other": plain(w.registry.Address, "some/other", otherDigest),
	})
	before := len(w.registry.Served(t))
	w.bazel.Build(t, append(w.fresh, "//:on_app")...)
	w.bazel.Build(t, append(w.fresh, "//:on_other")...)
	shared := 0
	for _, path := range w.registry.Served(t)[before:] {
		if strings.HasSuffix(path, digestsOf(t, images["amd64"])[0]) {
			shared++
		}
	}
	equal(t, "downloads of the shared layer", shared, 1)
	i := image{bazel: w.bazel, label: "//:on_app", stem: filepath.Join(w.bazel.Bin(t), "on_app"), ref: "on_app:latest"}
	docker.Load(t, i.archive(t))
	defer docker.Remove(t, i.ref)
	equal(t, "the container says", docker.RunImage(t, i.ref).Must(t).Stdout, "hello from amd64\nversion 1\n")
	w.bazel.Run(t, "test", append(w.fresh, "//:app_test", "//:on_app_test")...).Must(t)
	want := harness.ReadFile(t, i.stem+".config.json")
	w.registry.Stop()
	w.bazel.Run(t, "clean", "--expunge").Must(t)
	w.bazel.Build(t, append(w.fresh, "//:on_app", "//:on_other")...)
	equal(t, "config", harness.ReadFile(t, i.stem+".config.json"), want)
}

// TestAnotherDigest: with another digest an image is built on the other image,
// and with the first one again on that.
func TestAnotherDigest(t *testing.T) {
	harness.Lane(t, "registry")
	w := onRegistry(t)
	var digests []string
	images := []v1.Image{w.images.image(t, amd64, types.OCIManifestSchema1, "first"), w.images.image(t, amd64, types.OCIManifestSchema1, "other")}
	for _, img := range images {
		digests = append(digests, w.registry.Push(t, layoutWith(t, img), "app"))
	}
	for _, which := range []int{0, 1, 0} {
		w.pull(t, map[string]string{"app": plain(w.registry.Address, "app", digests[which])})
		w.bazel.Build(t, append(w.fresh, "//:on_app")...)
		var built, want v1.ConfigFile
		if err := json.Unmarshal([]byte(harness.ReadFile(t, w.bazel.Output(t, "//:on_app", ".config.json"))), &built); err != nil {
			t.Fatal(err)
		}
		config, err := images[which].RawConfigFile()
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(config, &want); err != nil {
			t.Fatal(err)
		}
		equal(t, "layers of the base", fmt.Sprint(built.RootFS.DiffIDs[:2]), fmt.Sprint(want.RootFS.DiffIDs))
	}
}
