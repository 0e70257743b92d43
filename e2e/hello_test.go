//go:build e2e

package e2e

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/rules-strata/rules_strata/e2e/harness"
)

// TestHelloRunsInDocker: `bazel run` loads the README's image into a daemon
// with either store, once and again, and docker runs it.
func TestHelloRunsInDocker(t *testing.T) {
	harness.Lane(t, "repository")
	image := hello(t)
	for _, store := range harness.Stores {
		t.Run(string(store), func(t *testing.T) {
			docker := harness.Docker(t, store)
			docker.Remove(t, image.ref)
			for _, time := range []string{"first", "second"} {
				loaded := image.load(t, docker)
				equal(t, time+" load: stdout", loaded.Stdout, "Loaded image: hello:latest\n")
				equal(t, time+" load: the container says", docker.RunImage(t, "hello").Must(t).Stdout, greeting)
			}
			state := docker.Inspect(t, "hello")
			equal(t, "Created", state.Created, "1970-01-01T00:00:01Z")
			if store == harness.ClassicStore {
				equal(t, "image ID", state.ID, image.imageID(t))
			}
		})
	}
}

// load is `bazel run` with a daemon to load into.
func (i image) load(t *testing.T, docker *harness.DockerEngine) harness.Result {
	t.Helper()
	i.bazel.Env = append(i.bazel.Env, "DOCKER_HOST="+docker.Host)
	return i.bazel.Run(t, "run", i.label).Must(t)
}

// TestStreamNeedsNoBazelAndNoFolder: the program that streams the image writes
// the same bytes from any folder, through a link, without an environment and
// under `bazel run`, and nothing else anywhere.
func TestStreamNeedsNoBazelAndNoFolder(t *testing.T) {
	harness.Lane(t, "repository")
	image := hello(t)
	link := filepath.Join(harness.TempDir(t), "link")
	if err := os.Symlink(image.stem+".stream", link); err != nil {
		t.Fatal(err)
	}
	folder := harness.TempDir(t)
	want := harness.ReadFile(t, image.archive(t))
	for _, way := range []struct {
		name    string
		command harness.Command
	}{
		{"from another folder", harness.Command{Dir: folder, Args: []string{image.stem + ".stream"}}},
		{"through a link", harness.Command{Dir: folder, Args: []string{link}}},
		{"through a link, by a relative path", harness.Command{Dir: filepath.Dir(link), Args: []string{"./link"}}},
		{"without an environment", harness.Command{Dir: folder, Args: []string{"env", "-i", image.stem + ".stream"}}},
		{"bazel run -- stream", image.bazel.Command("run", image.label, "--", "stream")},
	} {
		t.Run(way.name, func(t *testing.T) {
			if got := harness.ReadFile(t, stdoutFile(t, way.command)); got != want {
				t.Errorf("%d bytes with the digest %s, want %d with %s", len(got), harness.DigestOf(got), len(want), harness.DigestOf(want))
			}
		})
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) != 0 {
		t.Errorf("left in the working directory: %v (%v)", left, err)
	}
	end := bytes.TrimRight([]byte(want), "\x00")
	if padding := len(want) - len(end); padding < 1024 || padding > 10240 {
		t.Errorf("the archive ends with %d zero bytes, want the two blocks that end a tar", padding)
	}
}

// TestStreamedArchiveLoadsEverywhere: docker load and podman load take it.
func TestStreamedArchiveLoadsEverywhere(t *testing.T) {
	harness.Lane(t, "repository")
	image := hello(t)
	archive := image.archive(t)
	for _, store := range harness.Stores {
		t.Run("docker, "+string(store)+" store", func(t *testing.T) {
			docker := harness.Docker(t, store)
			docker.Remove(t, image.ref)
			equal(t, "names", len(docker.Load(t, archive)), 1)
			equal(t, "the container says", docker.RunImage(t, image.ref).Must(t).Stdout, greeting)
		})
	}
	t.Run("podman", func(t *testing.T) {
		podman := harness.Podman(t)
		equal(t, "names", len(podman.Load(t, archive)), 1)
		equal(t, "the container says", podman.RunImage(t, "localhost/hello:latest").Must(t).Stdout, greeting)
		equal(t, "image ID", "sha256:"+podman.Inspect(t, "localhost/hello:latest").ID, image.imageID(t))
	})
}

// TestEveryLayerIsNeeded: without any one of its layers the image does not
// greet. Nothing in it is decoration.
func TestEveryLayerIsNeeded(t *testing.T) {
	harness.Lane(t, "repository")
	docker := harness.Docker(t, harness.ClassicStore)
	whole := harness.ReadArchive(t, hello(t).archive(t))
	if len(whole.Layers) < 5 {
		t.Fatalf("%d layers, want at least four objects and the links to them", len(whole.Layers))
	}
	for number := range whole.Layers {
		comment := whole.Config["history"].([]any)[number].(map[string]any)["comment"].(string)
		t.Run(comment, func(t *testing.T) {
			part := whole.Without(number, "hello-part:latest")
			file := filepath.Join(harness.TempDir(t), "part.tar")
			part.Write(t, file)
			docker.Load(t, file)
			defer docker.Remove(t, part.Name)
			equal(t, "layers loaded", len(docker.Inspect(t, part.Name).RootFS.Layers), len(whole.Layers)-1)
			if r := docker.RunImage(t, part.Name); r.Status == 0 || r.Stdout != "" {
				t.Errorf("it ran all the same: %s", r)
			}
		})
	}
	// The change itself breaks nothing: the same image, written by the test.
	t.Run("with all layers", func(t *testing.T) {
		whole.Name = "hello-whole:latest"
		file := filepath.Join(harness.TempDir(t), "whole.tar")
		whole.Write(t, file)
		docker.Load(t, file)
		defer docker.Remove(t, whole.Name)
		equal(t, "the container says", docker.RunImage(t, whole.Name).Must(t).Stdout, greeting)
	})
}
