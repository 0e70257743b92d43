//go:build e2e

package e2e

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/e2e/harness"
)

// perObject are the actions that a worker runs.
var perObject = map[string]bool{"ObjectLayer": true, "ObjectInfo": true, "ObjectFiles": true, "ObjectBlob": true, "BlobInfo": true}

// workerFlags are the ways to have a worker: see docs/workers.md.
var workerFlags = map[string][]string{
	"without a sandbox": nil,
	"with sandboxes":    {"--worker_sandboxing", "--experimental_worker_multiplex_sandboxing"},
	"with mapped paths": {"--worker_sandboxing", "--experimental_worker_multiplex_sandboxing", "--experimental_output_paths=strip"},
	"one at a time":     {"--noworker_multiplex", "--worker_max_instances=1"},
	"of built programs": {builtPrograms, "--worker_sandboxing", "--experimental_worker_multiplex_sandboxing"},
	"of built programs with mapped paths": {
		builtPrograms, "--worker_sandboxing", "--experimental_worker_multiplex_sandboxing",
		"--experimental_output_paths=strip", "--worker_max_instances=1",
	},
}

// builtPrograms takes the programs from outputs of Bazel, as the default
// toolchain does.
const builtPrograms = "--extra_toolchains=//worker:toolchain"

// workerImages need all of these steps: a lazy one lists files, and one with
// layers by size needs the sizes of objects.
var workerImages = []string{"//modes:image", "//incremental:tight", "//worker:lazy", "//worker:sized"}

const workerBuild = `load("@rules_strata//rules:defs.bzl", "store_object", "stream_layered_image")
load("@rules_strata//rules:toolchain.bzl", "strata_toolchain")

[
    genrule(
        name = program,
        srcs = ["//prebuilt:" + program],
        outs = [program + "_copy"],
        cmd = "cp $< $@",
        executable = True,
    )
    for program in [
        "strata",
        "strata-object",
    ]
]

strata_toolchain(
    name = "programs",
    strata = ":strata",
    strata_object = ":strata-object",
)

toolchain(
    name = "toolchain",
    toolchain = ":programs",
    toolchain_type = "@rules_strata//rules:toolchain_type",
)

store_object(
    name = "undeclared",
    srcs = {"mentions.txt": "a"},
)

store_object(
    name = "object",
    srcs = {"plain.txt": "a"},
)

stream_layered_image(
    name = "lazy",
    contents = [":object"],
    lazy = True,
)

stream_layered_image(
    name = "sized",
    contents = [":object"],
    layering = "size",
)
`

const workersOn = "--@rules_strata//rules:persistent_workers"

// TestWorker: with //rules:persistent_workers the steps of objects run in one
// process, which Bazel keeps; the images are the same, and so is what is said
// of a bad object.
func TestWorker(t *testing.T) {
	harness.Lane(t, "objects")
	harness.Need(t, harness.TestRoot)
	bazel := harness.LastingCopy(t, "e2e/objects")
	dir := newPackage(t, bazel, "worker", workerBuild)
	harness.WriteFile(t, filepath.Join(dir, "mentions.txt"), "see /nix/store/0123456789abcdfghijklmnpqrsvwxyz-app\n")
	harness.WriteFile(t, filepath.Join(dir, "plain.txt"), "mentions nothing\n")
	build := func(t *testing.T, flags ...string) (spawns []harness.Spawn, image, said string) {
		t.Helper()
		bazel.Run(t, "clean").Must(t)
		flags = append([]string{"--disk_cache="}, flags...)
		spawns = bazel.Spawns(t, slices.Concat(flags, []string{"--output_groups=+config,+manifest,+oci_layout"}, workerImages)...)
		for _, label := range workerImages {
			stem := bazel.Output(t, label, "", flags...)
			image += harness.ReadFile(t, stem+".config.json") + harness.ReadFile(t, stem+".oci/index.json")
		}
		failed := bazel.Run(t, "build", append(flags, "//worker:undeclared")...).MustFail(t, 1).Stderr
		return spawns, image, strataLine(failed)
	}
	spawns, want, wantSaid := build(t)
	for _, spawn := range spawns {
		if spawn.Runner == "worker" {
			t.Errorf("%s ran in a worker, which nobody asked for", spawn)
		}
	}
	contains(t, "the error", wantSaid, `its file "a" mentions /nix/store/0123456789abcdfghijklmnpqrsvwxyz-app`)
	for name, flags := range workerFlags {
		t.Run(name, func(t *testing.T) {
			spawns, got, said := build(t, append([]string{workersOn}, flags...)...)
			equal(t, "images", got, want)
			equal(t, "error", said, wantSaid)
			ran := map[string]bool{}
			for _, spawn := range spawns {
				// The other layers of an image have blobs, too.
				ofObject := perObject[spawn.Mnemonic] && !slices.Contains(workerImages, strings.TrimPrefix(spawn.TargetLabel, "@@"))
				equal(t, spawn.String()+" in a worker", spawn.Runner == "worker", ofObject)
				ran[spawn.Mnemonic] = true
			}
			for mnemonic := range perObject {
				equal(t, mnemonic, ran[mnemonic], true)
			}
			workers := workersOf(t, bazel)
			equal(t, "workers", len(workers), 1)
			if slices.Contains(flags, builtPrograms) {
				contains(t, "the worker", strings.Join(workers, "\n"), "/worker/strata_copy")
			}
		})
	}
	t.Run("one cache", func(t *testing.T) {
		disk := "--disk_cache=" + harness.TempDir(t)
		alone, _, _ := build(t, disk)
		withWorker, got, _ := build(t, disk, workersOn, "--worker_sandboxing", "--experimental_worker_multiplex_sandboxing")
		equal(t, "images", got, want)
		equal(t, "actions", strings.Join(names(withWorker), "\n"), strings.Join(names(alone), "\n"))
		runnersAre(t, alone, "linux-sandbox", "local")
		runnersAre(t, withWorker, "disk cache hit")
	})
	t.Run("mapped paths without a sandbox", func(t *testing.T) {
		bazel.Run(t, "clean").Must(t)
		failed := bazel.Run(t, "build", "--disk_cache=", workersOn, "--experimental_output_paths=strip", "//modes:image").MustFail(t, 1).Stderr
		contains(t, "the error", failed, "add --worker_sandboxing --experimental_worker_multiplex_sandboxing")
	})
}

const aloneBuild = `load("@rules_strata//rules:toolchain.bzl", "strata_toolchain")

strata_toolchain(
    name = "programs",
    strata = "broken",
    strata_object = "strata-object",
)

toolchain(
    name = "toolchain",
    toolchain = ":programs",
    toolchain_type = "@rules_strata//rules:toolchain_type",
)
`

// TestObjectsAlone: the small program understands what rules ask of it for an
// object; to leave that to strata would be slow, and show nowhere.
func TestObjectsAlone(t *testing.T) {
	harness.Lane(t, "objects")
	bazel := harness.LastingCopy(t, "e2e/objects")
	dir := newPackage(t, bazel, "alone", aloneBuild)
	program, err := os.ReadFile(filepath.Join(bazel.Dir, "prebuilt", "strata-object"))
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{"broken": "#!/bin/sh\nexit 9\n", "strata-object": string(program)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	said := bazel.Run(t, "build", "--keep_going", "--disk_cache=", "--extra_toolchains=//alone:all", "//modes:image").MustFail(t, 1).Stderr
	contains(t, "what Bazel said", said, "failed: (Exit 9)")
	for line := range strings.Lines(said) {
		if strings.HasPrefix(line, "ERROR: ") && strings.Contains(line, "Describing the layer of") {
			t.Errorf("strata was asked for the layer of an object: %s", line)
		}
	}
}

// newPackage is the folder of a package that a test adds to a workspace of all
// tests.
func newPackage(t *testing.T, bazel harness.Bazel, name, build string) string {
	t.Helper()
	dir := filepath.Join(bazel.Dir, name)
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	harness.WriteFile(t, filepath.Join(dir, "BUILD.bazel"), build)
	return dir
}

// strataLine is what a step said, of all that Bazel said.
func strataLine(text string) string {
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "strata") {
			return line
		}
	}
	return ""
}

// workersOf are the command lines of the workers that a Bazel keeps, which work
// below its output base.
func workersOf(t *testing.T, bazel harness.Bazel) []string {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, file := range files {
		// A process may have ended.
		line, _ := os.ReadFile(file)
		folder, _ := os.Readlink(filepath.Join(filepath.Dir(file), "cwd"))
		if text := string(line); strings.HasPrefix(folder, bazel.OutputBase+"/") && strings.HasSuffix(text, "\x00--persistent_worker\x00") {
			found = append(found, text)
		}
	}
	return found
}
