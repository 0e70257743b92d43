//go:build e2e

package e2e

import (
	"testing"

	"github.com/rules-strata/rules_strata/e2e/harness"
)

// TestConsumersWorkspace: in a workspace that depends on rules_strata, an image
// of its own program loads and greets. Its .bazelrc has the settings that later
// Bazels make the default; the other workspaces have none.
func TestConsumersWorkspace(t *testing.T) {
	harness.Lane(t, "smoke")
	image := builder("e2e/smoke", "//:hello_image", "hello_image", "smoke:latest")(t)
	for _, store := range harness.Stores {
		t.Run(string(store), func(t *testing.T) {
			docker := harness.Docker(t, store)
			equal(t, "stdout", image.load(t, docker).Stdout, "Loaded image: smoke:latest\n")
			equal(t, "the container says", docker.RunImage(t, image.ref).Must(t).Stdout, greeting)
		})
	}
	t.Run("without Docker", func(t *testing.T) {
		harness.Need(t, harness.NoDaemon)
		equal(t, "stdout", harness.WithoutDaemon(image.bazel.Command("run", image.label, "--", "run")).Run(t).Must(t).Stdout, greeting)
	})
}

// TestRunfilesAreFoundThroughTheLink: a program that is started as /bin/NAME,
// a link into the store, finds its runfiles, whether it is in a store_object or
// in contents itself.
func TestRunfilesAreFoundThroughTheLink(t *testing.T) {
	harness.Lane(t, "smoke")
	docker := harness.Docker(t, harness.ClassicStore)
	for _, name := range []string{"object", "target"} {
		t.Run(name, func(t *testing.T) {
			image := builder("e2e/smoke", "//runfiles:"+name+"_image", "runfiles/"+name+"_image", "smoke/runfiles-"+name+":latest")(t)
			image.load(t, docker)
			equal(t, "the container says", docker.RunImage(t, image.ref).Must(t).Stdout, "Roses are red\n!")
		})
	}
}
