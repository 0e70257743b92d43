//go:build e2e

package e2e

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/e2e/harness"
)

// sharedExample is a workspace of examples that two users build, each in a copy
// of their own.
type sharedExample struct {
	name string
	// targets are what they build, and flags what they build it with.
	targets []string
	// without are targets that differ each time: they have the time of the build.
	without []string
	// copy makes a copy of the workspace.
	copy func(t *testing.T) string
	// root is the private root of the second user.
	root string
	// env is what both users need in their environment, if anything.
	env func(t *testing.T) []string
}

// sharedFlags: every step of an image; and what docs/guide-remote.md says that a
// team sets, since C++ actions have the caller's PATH otherwise.
var sharedFlags = []string{
	"--output_groups=+config,+docker_archive,+layers,+mtree,+oci_layout",
	"--incompatible_strict_action_env",
}

// noDisk: nothing comes from the machine's own cache.
const noDisk = "--disk_cache="

// allOutputs: what comes from a cache is brought here, as what is made here is.
const allOutputs = "--remote_download_outputs=all"

// sharedExamples are all workspaces that build without a registry.
func sharedExamples() []sharedExample {
	copyOf := func(dir string, links map[string]string) func(t *testing.T) string {
		return func(t *testing.T) string {
			workspace := harness.CopyWorkspaceAndRules(t, dir)
			for name, object := range links {
				if err := os.Symlink(harness.Nix(t).Path(t, object), filepath.Join(workspace, name)); err != nil {
					t.Fatal(err)
				}
			}
			return workspace
		}
	}
	nixShell := func(t *testing.T) []string {
		return []string{nixEnvironment, "NIX_PATH=nixpkgs=" + labNixpkgs(t, harness.Nix(t))}
	}
	return []sharedExample{
		{name: "e2e/remote", targets: []string{"//..."}, root: "base", copy: remoteWorkspace},
		// Nix is in the tests' root alone.
		{name: "examples/nix_hello", targets: []string{"//..."}, root: "test", copy: copyOf("examples/nix_hello", map[string]string{"result": "hello"})},
		{name: "examples/dockertools/nix_shell", targets: []string{"//..."}, root: "test", env: nixShell, copy: copyOf("examples/dockertools/nix_shell", nil)},
		{name: "examples", targets: []string{"//:hello_image", "//examples/..."}, without: []string{"//examples/dockertools/build_image:created_now"}, root: "base", copy: func(t *testing.T) string { return harness.PrebuiltCheckout(t) }},
		{name: "examples/binaries", targets: []string{"//..."}, root: "base", copy: copyOf("examples/binaries", nil)},
	}
}

// withRegistry is the workspace of examples that needs a registry.
const withRegistry = "examples/dockertools/pull"

// TestEveryExampleIsShared: no workspace of examples is forgotten.
func TestEveryExampleIsShared(t *testing.T) {
	t.Parallel()
	shared := map[string]bool{}
	for _, example := range sharedExamples() {
		shared[example.name] = true
	}
	err := filepath.WalkDir(filepath.Join(harness.Root(), "examples"), func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.Name() != "MODULE.bazel" {
			return err
		}
		dir, err := filepath.Rel(harness.Root(), filepath.Dir(path))
		if !shared[dir] && dir != withRegistry {
			t.Errorf("%s is not among the shared examples", dir)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// remoteWorkspace has what only a script, a tree or a real process shows.
func remoteWorkspace(t *testing.T) string {
	t.Helper()
	dir := harness.CopyWorkspaceAndRules(t, "e2e/remote")
	harness.Exec("cp", "/bin/busybox", filepath.Join(dir, "busybox.static")).Run(t).Must(t)
	return dir
}

// TestExamplesShared: the examples are built on one machine, on a server that
// executes, and by a second user of that server's cache, who has nothing in
// common with the first. Nothing is built again, and all have the same bytes.
func TestExamplesShared(t *testing.T) {
	harness.Lane(t)
	harness.Need(t, harness.TestRoot, harness.CacheServer, harness.CASServer, harness.ExecutionServer)
	executor := harness.StartExecutor(t)
	web := executor.HTTP(t)
	for _, example := range sharedExamples() {
		t.Run(example.name, func(t *testing.T) {
			var env []string
			if example.env != nil {
				env = example.env(t)
			}
			first := harness.Temporary(t, example.copy(t), append(env, "BAZELW_MODE=private")...)
			first.Flags = sharedFlags
			spawns := first.Spawns(t, append([]string{allOutputs}, example.patterns()...)...)
			runnersAre(t, spawns, "linux-sandbox", "disk cache hit")
			local := example.files(t, first)
			t.Run("executed", func(t *testing.T) { example.executed(t, first, executor, local) })
			second := harness.SecondUser(t, example.copy(t), example.root)
			second.Env = append(second.Env, env...)
			second.Flags = slices.Concat(sharedFlags, []string{noDisk})
			t.Run("from the cache over HTTP, without the bytes", func(t *testing.T) { example.withoutBytes(t, second, web, spawns) })
			t.Run("from the cache over gRPC", func(t *testing.T) { example.fromCache(t, second, executor, local) })
		})
	}
}

// patterns are what is built, for a command line.
func (e sharedExample) patterns() []string {
	patterns := append([]string{"--"}, e.targets...)
	for _, target := range e.without {
		patterns = append(patterns, "-"+target)
	}
	return patterns
}

// build builds all targets from nothing, and returns the actions.
func (e sharedExample) build(t *testing.T, bazel harness.Bazel, flags ...string) []harness.Spawn {
	t.Helper()
	bazel.Run(t, "clean").Must(t)
	spawns := bazel.Spawns(t, append(flags, e.patterns()...)...)
	if len(only("ImageConfig", spawns)) == 0 {
		t.Fatalf("no action ImageConfig ran: %s", names(spawns))
	}
	return spawns
}

// files are the digests of what is built.
func (e sharedExample) files(t *testing.T, bazel harness.Bazel) map[string]string {
	t.Helper()
	query := "set(" + strings.Join(e.targets, " ") + ") except set(" + strings.Join(e.without, " ") + ")"
	files := bazel.Files(t, query)
	if len(files) == 0 {
		t.Fatal("the build makes no files")
	}
	return files
}

// deduplicated is what Bazel says of an action that is the same as another one
// at that moment, by path mapping, and takes its result.
const deduplicated = "deduplicated"

// runnersAre: no action was run by anything else.
func runnersAre(t *testing.T, spawns []harness.Spawn, runners ...string) {
	t.Helper()
	for _, spawn := range spawns {
		if spawn.Runner != deduplicated && !slices.Contains(runners, spawn.Runner) {
			t.Errorf("%s: %s, want %s", spawn, spawn.Runner, strings.Join(runners, " or "))
		}
	}
}

// sameOutputs: two builds made the same files of the same bytes.
func sameOutputs(t *testing.T, got, want map[string]string) {
	t.Helper()
	all := maps.Clone(want)
	maps.Copy(all, got)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		equal(t, name, got[name], want[name])
	}
}
