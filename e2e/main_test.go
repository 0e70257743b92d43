//go:build e2e

package e2e

import (
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/rules-strata/rules_strata/e2e/harness"
)

func TestMain(m *testing.M) { os.Exit(harness.Main(m)) }

// image is an image of a workspace that has been built.
type image struct {
	bazel harness.Bazel
	label string
	// stem is the path of the image's own executable; .stream and .config.json
	// are beside it.
	stem string
	ref  string
}

const greeting = "Hello, world!\n"

// builder builds an image when the first test asks for it.
func builder(workspace, label, at, ref string) func(t *testing.T) image {
	var mu sync.Mutex
	var built *image
	return func(t *testing.T) image {
		t.Helper()
		harness.Need(t, harness.TestRoot)
		mu.Lock()
		defer mu.Unlock()
		if built == nil {
			bazel := harness.Lasting(t, workspace)
			bazel.Build(t, label)
			built = &image{bazel, label, filepath.Join(bazel.Bin(t), at), ref}
		}
		return *built
	}
}

// hello is the image of the README.
var hello = builder(".", "//:hello_image", "examples/hello/hello_image", "hello:latest")

// imageID is the image's ID: the digest of its config.
func (i image) imageID(t *testing.T) string {
	t.Helper()
	return harness.Digest(t, i.stem+".config.json")
}

// archive writes the image into a file of a temporary folder.
func (i image) archive(t *testing.T) string {
	t.Helper()
	return stdoutFile(t, harness.Command{Args: []string{i.stem + ".stream"}})
}

// stdoutFile runs a command that must succeed and keeps what it prints.
func stdoutFile(t *testing.T, c harness.Command) string {
	t.Helper()
	file, err := os.Create(filepath.Join(harness.TempDir(t), "stdout"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	c.Stdout = file
	c.Run(t).Must(t)
	return file.Name()
}

// equal fails the test when two values differ.
func equal[V comparable](t *testing.T, what string, got, want V) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got\n%v\nwant\n%v", what, got, want)
	}
}
