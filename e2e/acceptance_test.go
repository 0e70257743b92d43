//go:build e2e

package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/rules-strata/rules_strata/e2e/harness"
)

// acceptance is the workspace e2e/acceptance, whose images are those of
// nixpkgs' dockerTools examples, and the daemon that they are loaded into.
type acceptance struct {
	bazel  harness.Bazel
	bin    string
	lab    *harness.NixLab
	docker *harness.DockerEngine
}

var accepted struct {
	mu       sync.Mutex
	built    *acceptance
	attempts int
}

// accept builds all images of the workspace, in one go, for the first test that
// asks.
func accept(t *testing.T) *acceptance {
	t.Helper()
	nixlab, docker := harness.Nix(t), harness.Docker(t, harness.ClassicStore)
	accepted.mu.Lock()
	defer accepted.mu.Unlock()
	if accepted.built == nil {
		if accepted.attempts++; accepted.attempts > 1 {
			t.Fatal("the images were not built, see the first test's message")
		}
		lab := acceptanceLab(t, nixlab)
		bazel := harness.LastingCopy(t, "e2e/acceptance")
		bazel.Flags = append(bazel.Flags, "--override_module=lab="+lab.Dir)
		bazel.Build(t, "//...")
		accepted.built = &acceptance{bazel: bazel, bin: bazel.Bin(t), lab: lab, docker: docker}
	}
	return accepted.built
}

// acceptanceLab makes the module of store objects that the workspace needs: Nix,
// nginx, and what there is in the other lab.
func acceptanceLab(t *testing.T, nixlab *harness.NixLab) *harness.NixLab {
	t.Helper()
	lab := &harness.NixLab{Dir: filepath.Join(filepath.Dir(nixlab.Dir), "acceptance-lab"), Objects: map[string]harness.NixObject{}}
	harness.Exec(filepath.Join(harness.Root(), "e2e/acceptance/lab/make.sh"), lab.Dir, nixlab.Dir).Run(t).Must(t)
	var objects []harness.NixObject
	if err := json.Unmarshal([]byte(harness.ReadFile(t, filepath.Join(lab.Dir, "objects.json"))), &objects); err != nil {
		t.Fatal(err)
	}
	for _, object := range objects {
		lab.Objects[object.Path] = object
	}
	return lab
}

// image is the image with the label.
func (a *acceptance) image(label, ref string) image {
	at := strings.Replace(strings.TrimPrefix(label, "//"), ":", "/", 1)
	return image{bazel: a.bazel, label: label, stem: filepath.Join(a.bin, at), ref: ref}
}

// stream loads a stream_layered_image as its users do: NAME.stream | docker
// load.
func (a *acceptance) stream(t *testing.T, label, ref string) image {
	t.Helper()
	i := a.image(label, ref)
	pipe := []string{"bash", "-o", "pipefail", "-c", `"$0" | docker --host "$1" load`, i.stem + ".stream", a.docker.Host}
	a.loaded(t, i, harness.Exec(pipe...).Run(t).Must(t).Stdout)
	return i
}

// archive loads a build_layered_image's file.
func (a *acceptance) archive(t *testing.T, label, suffix, ref string) image {
	t.Helper()
	i := a.image(label, ref)
	a.loaded(t, i, a.docker.Run(t, "load", "--input", i.stem+suffix).Must(t).Stdout)
	return i
}

// gz loads the file that a build_layered_image makes unless it is told
// otherwise.
func (a *acceptance) gz(t *testing.T, label, ref string) image {
	t.Helper()
	return a.archive(t, label, ".tar.gz", ref)
}

func (a *acceptance) loaded(t *testing.T, i image, output string) {
	t.Helper()
	if !strings.Contains(output, "Loaded image: "+i.ref+"\n") {
		t.Fatalf("%s: docker load did not name %s: %s", i.label, i.ref, output)
	}
}

// run runs a container of a loaded image, which must succeed, and returns what
// it says.
func (a *acceptance) run(t *testing.T, i image, args ...string) string {
	t.Helper()
	return a.docker.RunImage(t, i.ref, args...).Must(t).Stdout
}

// runWith is run with options of docker run.
func (a *acceptance) runWith(t *testing.T, options []string, i image, args ...string) harness.Result {
	t.Helper()
	return a.docker.Run(t, slices.Concat([]string{"run", "--rm", "--network", "none"}, options, []string{i.ref}, args)...)
}

// inspected is what Docker says of a loaded image.
type inspected struct {
	Architecture, Created string
	Config                struct {
		Env          []string
		ExposedPorts map[string]struct{}
		User         string
		WorkingDir   string
	}
	RootFS struct{ Layers []string }
}

func (a *acceptance) inspect(t *testing.T, i image) inspected {
	t.Helper()
	var all []inspected
	r := a.docker.Run(t, "image", "inspect", i.ref).Must(t)
	if err := json.Unmarshal([]byte(r.Stdout), &all); err != nil || len(all) != 1 {
		t.Fatalf("%s: %v", r, err)
	}
	return all[0]
}

// names are the names of all images that Docker lists.
func (a *acceptance) names(t *testing.T) []string {
	t.Helper()
	return strings.Fields(a.docker.Run(t, "image", "ls", "--format", "{{.Repository}}:{{.Tag}}").Must(t).Stdout)
}

// tag is the image's tag as the build writes it.
func (i image) tag(t *testing.T) string {
	t.Helper()
	return strings.TrimSpace(harness.ReadFile(t, i.stem+".tag"))
}

// paths are the names of all files in all layers of an archive, without the "."
// or the slash they begin with, directories with a slash at the end.
func paths(t *testing.T, archive *harness.Archive) []string {
	t.Helper()
	var all []string
	for _, layer := range archive.Layers {
		for _, entry := range layer.Entries(t) {
			all = append(all, strings.TrimLeft(entry.Name, "./"))
		}
	}
	return all
}

// contains fails the test when a text lacks a piece.
func contains(t *testing.T, what, text, piece string) {
	t.Helper()
	if !strings.Contains(text, piece) {
		t.Errorf("%s: got\n%s\nwant %q in it", what, text, piece)
	}
}

// sorted are a text's lines, sorted.
func sorted(text string) string {
	return strings.Join(slices.Sorted(slices.Values(strings.Split(strings.TrimSpace(text), "\n"))), "\n")
}

// startsWith fails the test unless the file begins with the bytes at an offset.
func startsWith(t *testing.T, file string, offset int64, magic string) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	got := make([]byte, len(magic))
	if _, err := f.ReadAt(got, offset); err != nil {
		t.Fatal(err)
	}
	equal(t, fmt.Sprintf("%s at %d", filepath.Base(file), offset), string(got), magic)
}
