//go:build e2e

package e2e

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/e2e/harness"
)

// readOnly: the second user adds nothing to a cache.
const readOnly = "--noremote_upload_local_results"

// fromCache: every action is in the cache.
func (e sharedExample) fromCache(t *testing.T, bazel harness.Bazel, cache *harness.CAS, local map[string]string) {
	t.Helper()
	spawns := e.build(t, bazel, readOnly, "--remote_cache="+cache.Address, allOutputs)
	runnersAre(t, spawns, "remote cache hit")
	sameOutputs(t, e.files(t, bazel), local)
}

// forBazel are the endings of what Bazel itself reads: which inputs an action
// needed.
var forBazel = []string{".d", ".unused"}

// treesLimit is how many bytes the lists of all trees' files may have. That of
// Go's standard library alone has 100 KB.
const treesLimit = 1 << 18

// withoutBytes: every action is in the cache, and of what they made nothing is
// brought here: Bazel reads the lists of trees' files, and what is for it alone.
func (e sharedExample) withoutBytes(t *testing.T, bazel harness.Bazel, cache *harness.HTTPCacheServer, local []harness.Spawn) {
	t.Helper()
	cache.Served(t)
	spawns := e.build(t, bazel, readOnly, "--remote_cache="+cache.Address, "--remote_download_minimal")
	runnersAre(t, spawns, "remote cache hit")
	made, read := map[string]string{}, map[string]bool{}
	for _, spawn := range local {
		for _, file := range spawn.Made {
			if slices.Contains(forBazel, path.Ext(file.Path)) {
				read[file.Digest.Hash] = true
			} else {
				made[file.Digest.Hash] = file.Path
			}
		}
	}
	if len(made) == 0 {
		t.Error("no action made a file")
	}
	sizes := cache.Contents(t)
	var trees int64
	for _, hash := range cache.Served(t) {
		name, ok := made[hash]
		switch {
		case read[hash]:
		case ok:
			t.Errorf("the cache served %s", name)
		default:
			trees += sizes[hash]
		}
	}
	t.Logf("lists of trees' files: %d bytes", trees)
	if trees > treesLimit {
		t.Errorf("the cache served %d bytes that no action made: want at most %d, for lists of files", trees, treesLimit)
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
	costFiles   = 100      // small files of an object
	costSize    = 64 << 10 // bytes of an object's large file
	costBudget  = 1 << 20  // bytes that the image adds to a cache
	linkBudget  = 640      // bytes that each file of its contents adds
)

const costBuild = `load("@rules_strata//rules:defs.bzl", "store_object", "stream_layered_image")

OBJECTS = ["object%%d" %% i for i in range(%d)]

[
    store_object(
        name = name,
        srcs = {file: "share/" + file for file in glob([name + "/**"])},
    )
    for name in OBJECTS
]

stream_layered_image(
    name = "image",
    config = {"Labels": {name: "$(store_path " + name + ")" for name in OBJECTS}},
)

stream_layered_image(
    name = "linked",
    contents = OBJECTS,
)
`

// writeCost writes the package cost: objects that no compression makes smaller,
// an image that refers to them, and one that has them in its contents.
func writeCost(t *testing.T, workspace string) {
	t.Helper()
	dir := filepath.Join(workspace, "cost")
	random := rand.NewChaCha8([32]byte{})
	for i := range costObjects {
		object := filepath.Join(dir, fmt.Sprint("object", i))
		if err := os.MkdirAll(object, 0o755); err != nil {
			t.Fatal(err)
		}
		data := make([]byte, costSize)
		_, _ = random.Read(data)
		harness.WriteFile(t, filepath.Join(object, "data"), string(data))
		for j := range costFiles {
			harness.WriteFile(t, filepath.Join(object, fmt.Sprintf("page%d.txt", j)), fmt.Sprint(random.Uint64()))
		}
	}
	harness.WriteFile(t, filepath.Join(dir, "BUILD.bazel"), fmt.Sprintf(costBuild, costObjects))
}

// TestCacheSharedByUsers: what an image costs a cache, and what a second user
// has of it while editing.
func TestCacheSharedByUsers(t *testing.T) {
	harness.Lane(t)
	harness.Need(t, harness.TestRoot, harness.CacheServer)
	cache := harness.StartHTTPCache(t)
	flags := []string{"--disk_cache=", "--remote_cache=" + cache.Address}
	first := harness.Temporary(t, harness.CopyWorkspaceAndRules(t, "e2e/objects"), "BAZELW_MODE=private")
	first.Flags = flags
	second := harness.SecondUser(t, harness.CopyWorkspaceAndRules(t, "e2e/objects"), "base")
	second.Flags = flags
	writeCost(t, first.Dir)

	t.Run("an image adds little to what its objects are", func(t *testing.T) {
		spawns := first.Spawns(t, "//cost:image")
		equal(t, "layers", len(only("ObjectLayer", spawns)), costObjects)
		size := cache.Size(t)
		t.Logf("%d bytes for %d objects of %d files", size, costObjects, costFiles+1)
		if size == 0 || size >= costBudget {
			t.Errorf("an image of %d objects of %d files each adds %d bytes to the cache: want some, and less than %d", costObjects, costFiles+1, size, costBudget)
		}
	})
	t.Run("a file of its contents adds a link", func(t *testing.T) {
		before := cache.Size(t)
		first.Build(t, "//cost:linked")
		added := (cache.Size(t) - before) / (costObjects * (costFiles + 1))
		t.Logf("%d bytes for each", added)
		if added < 512 || added > linkBudget {
			t.Errorf("each link adds %d bytes to the cache: want 512 for the top layer, and %d at most", added, linkBudget)
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
	// No RestLayer: what is in it has not changed.
	ofEdit := lines(`
		ImageConfig //incremental:other
		ImageConfig //incremental:roomy
		ImageConfig //incremental:tight
		ObjectLayer //incremental:base`)
	t.Run("an edit by the second user runs what it must", func(t *testing.T) {
		harness.WriteFile(t, filepath.Join(second.Dir, "incremental/base.txt"), "edited\n")
		spawns := second.Spawns(t, images)
		runnersAre(t, spawns, "linux-sandbox")
		equal(t, "actions", strings.Join(names(spawns), "\n"), ofEdit)
	})
	t.Run("the first user makes the same edit", func(t *testing.T) {
		harness.WriteFile(t, filepath.Join(first.Dir, "incremental/base.txt"), "edited\n")
		spawns := first.Spawns(t, images)
		runnersAre(t, spawns, "remote cache hit")
		equal(t, "actions", strings.Join(names(spawns), "\n"), ofEdit)
	})
}
