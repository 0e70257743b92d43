//go:build e2e

package e2e

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/e2e/harness"
)

// readOnly: the second user adds nothing to a cache.
const readOnly = "--noremote_upload_local_results"

// fromCache: every action is in the cache.
func (e sharedExample) fromCache(t *testing.T, bazel harness.Bazel, cache *harness.CAS, local map[string]string) {
	t.Helper()
	spawns := e.build(t, bazel, readOnly, "--remote_cache="+cache.Address, "--remote_download_outputs=all")
	runnersAre(t, spawns, "remote cache hit")
	sameOutputs(t, e.files(t, bazel), local)
}

// listingsLimit is how many bytes the lists of all trees' files may have. That
// of Go's standard library alone has 100 KB.
const listingsLimit = 1 << 18

// withoutBytes: every action is in the cache, and of what they made nothing is
// brought here but the names and digests of the files in trees.
func (e sharedExample) withoutBytes(t *testing.T, bazel harness.Bazel, cache *harness.HTTPCacheServer, local map[string]string) {
	t.Helper()
	cache.Served(t)
	spawns := e.build(t, bazel, readOnly, "--remote_cache="+cache.Address, "--remote_download_minimal")
	runnersAre(t, spawns, "remote cache hit")
	made := map[string]string{}
	for name, digest := range local {
		made[strings.TrimPrefix(digest, "sha256:")] = name
	}
	sizes := cache.Contents(t)
	var listings int64
	for _, hash := range cache.Served(t) {
		listings += sizes[hash]
		if name, ok := made[hash]; ok {
			t.Errorf("the cache served %s", name)
		}
	}
	if listings > listingsLimit {
		t.Errorf("the cache served %d bytes: want at most %d, for lists of files", listings, listingsLimit)
	}
	root := bazel.ExecutionRoot(t)
	for _, spawn := range spawns {
		for _, output := range spawn.Outputs {
			if info, err := os.Stat(filepath.Join(root, output)); err == nil && info.Mode().IsRegular() {
				t.Errorf("%s: %s is here", spawn, output)
			}
		}
	}
}

// Of the image whose cost is measured. Docker and OCI allow more layers, but 100
// objects are as many as have a layer each by default.
const (
	costObjects = 100
	costSize    = 64 << 10 // bytes of an object
	costBudget  = 1 << 20  // bytes that the image adds to a cache
)

const costBuild = `load("@rules_strata//rules:defs.bzl", "store_object", "stream_layered_image")

OBJECTS = ["object%%d" %% i for i in range(%d)]

[
    store_object(
        name = name,
        srcs = {name + ".data": "share/data"},
    )
    for name in OBJECTS
]

stream_layered_image(
    name = "image",
    contents = OBJECTS,
)
`

// writeCost writes the package cost: an image of objects that no compression
// makes smaller.
func writeCost(t *testing.T, workspace string) {
	t.Helper()
	dir := filepath.Join(workspace, "cost")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	harness.WriteFile(t, filepath.Join(dir, "BUILD.bazel"), fmt.Sprintf(costBuild, costObjects))
	for i := range costObjects {
		data := make([]byte, costSize)
		_, _ = rand.NewChaCha8([32]byte{byte(i)}).Read(data)
		harness.WriteFile(t, filepath.Join(dir, fmt.Sprintf("object%d.data", i)), string(data))
	}
}

// TestCacheSharedByUsers: what an image costs a cache, and what a second user
// has of it while editing.
func TestCacheSharedByUsers(t *testing.T) {
	harness.Lane(t)
	harness.Need(t, harness.TestRoot, harness.CacheServer)
	cache := harness.StartHTTPCache(t)
	flags := []string{"--disk_cache=", "--remote_cache=" + cache.Address}
	first := harness.Temporary(t, harness.CopyWorkspace(t, "e2e/objects"))
	first.Env, first.Flags = []string{"BAZELW_MODE=private"}, flags
	second := harness.SecondUser(t, harness.CopyWorkspace(t, "e2e/objects"), "base")
	second.Flags = flags
	writeCost(t, first.Dir)

	t.Run("an image adds little to what its objects are", func(t *testing.T) {
		spawns := first.Spawns(t, "//cost:image")
		equal(t, "layers", len(only("ObjectLayer", spawns)), costObjects)
		size := cache.Size(t)
		t.Logf("%d bytes for %d objects of %d bytes", size, costObjects, costSize)
		if size == 0 || size >= costBudget {
			t.Errorf("an image of %d objects adds %d bytes to the cache: want some, and less than %d", costObjects, size, costBudget)
		}
	})
	const images = "//incremental:all"
	t.Run("a second user builds nothing again", func(t *testing.T) {
		runnersAre(t, first.Spawns(t, images), "linux-sandbox")
		spawns := second.Spawns(t, images)
		runnersAre(t, spawns, "remote cache hit")
		if len(only("RestLayer", spawns)) == 0 {
			t.Error("no image has a rest layer")
		}
	})
	t.Run("an edit by the second user runs what it must", func(t *testing.T) {
		harness.WriteFile(t, filepath.Join(second.Dir, "incremental/base.txt"), "edited\n")
		spawns := second.Spawns(t, images)
		runnersAre(t, spawns, "linux-sandbox")
		// No RestLayer: what is in it has not changed.
		equal(t, "actions", strings.Join(names(spawns), "\n"), lines(`
			ImageConfig //incremental:other
			ImageConfig //incremental:roomy
			ImageConfig //incremental:tight
			ObjectLayer //incremental:base`))
	})
	t.Run("the first user makes the same edit", func(t *testing.T) {
		harness.WriteFile(t, filepath.Join(first.Dir, "incremental/base.txt"), "edited\n")
		spawns := first.Spawns(t, images)
		runnersAre(t, spawns, "remote cache hit")
		equal(t, "rest layers", len(only("RestLayer", spawns)), 0)
	})
}
