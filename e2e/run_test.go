//go:build e2e

package e2e

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/e2e/harness"
)

// TestRunWithDocker: `bazel run ... -- run` loads the image and runs it, and
// its container's words and exit status are its own.
func TestRunWithDocker(t *testing.T) {
	harness.Lane(t, "repository")
	image := hello(t)
	for _, store := range harness.Stores {
		t.Run(string(store), func(t *testing.T) {
			docker := harness.Docker(t, store)
			docker.Remove(t, image.ref)
			bazel := image.bazel
			bazel.Env = append(bazel.Env, "DOCKER_HOST="+docker.Host)
			equal(t, "stdout", bazel.Run(t, "run", image.label, "--", "run", "--network=none").Must(t).Stdout, greeting)
			equal(t, "image ID", docker.Inspect(t, image.ref).RootFS.Layers[0], harness.ReadArchive(t, image.archive(t)).Layers[0].DiffID())
			if r := bazel.Run(t, "run", image.label, "--", "run", "--network=none", "/no/such/program"); r.Status == 0 || r.Stdout != "" {
				t.Errorf("an absent program ran: %s", r)
			}
		})
	}
}

// TestRunWithoutDocker: on a machine without a daemon the same command greets
// too.
func TestRunWithoutDocker(t *testing.T) {
	harness.Lane(t, "repository")
	harness.Need(t, harness.NoDaemon)
	image := hello(t)
	r := harness.WithoutDaemon(image.bazel.Command("run", image.label, "--", "run")).Run(t).Must(t)
	equal(t, "stdout", r.Stdout, greeting)
	if r := harness.WithoutDaemon(image.bazel.Command("run", image.label, "--", "run", "/no/such/program")).Run(t); r.Status == 0 || r.Stdout != "" {
		t.Errorf("an absent program ran: %s", r)
	}
}

// TestRunWithoutDockerAndRights: an ordinary user needs no daemon either.
func TestRunWithoutDockerAndRights(t *testing.T) {
	harness.Lane(t, "repository")
	harness.Need(t, harness.NoDaemon, harness.OtherUser)
	program := movable(t, hello(t))
	command := harness.WithoutDaemon(harness.Command{Dir: "/", Args: harness.AsNobody("env", "HOME=/nonexistent", program, "run")})
	equal(t, "stdout", command.Run(t).Must(t).Stdout, greeting)
}

// movable copies an image's program, and all it reads, to where everybody can
// read it.
func movable(t *testing.T, i image) string {
	t.Helper()
	dir := harness.TempDir(t)
	harness.Command{Args: []string{"cp", "--recursive", "--dereference", i.stem, i.stem + ".image.json", i.stem + ".runfiles", dir}}.Run(t).Must(t)
	harness.Command{Args: []string{"chmod", "--recursive", "a+rX", dir}}.Run(t).Must(t)
	return filepath.Join(dir, filepath.Base(i.stem))
}

// TestNoDaemonIsAClearError: plain `bazel run` without a daemon fails, prints
// nothing, and names the two ways that need none.
func TestNoDaemonIsAClearError(t *testing.T) {
	harness.Lane(t, "repository")
	harness.Need(t, harness.NoDaemon)
	image := hello(t)
	for name, command := range map[string]harness.Command{
		"no daemon":         harness.WithoutDaemon(image.bazel.Command("run", image.label)),
		"DOCKER_HOST wrong": harness.Command{Env: []string{"DOCKER_HOST=unix:///no/such/socket"}, Args: []string{image.stem}},
	} {
		t.Run(name, func(t *testing.T) {
			r := command.Run(t).MustFail(t, 1)
			equal(t, "stdout", r.Stdout, "")
			for _, remedy := range []string{"-- run", "-- stream"} {
				if !strings.Contains(r.Stderr, remedy) {
					t.Errorf("the error does not name %q: %s", remedy, r)
				}
			}
		})
	}
}
