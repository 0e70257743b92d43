//go:build e2e

package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/e2e/harness"
)

// TestModesAndLinksSurviveCaches: an object's layer is the same whether the
// files it is made of were just built, or come from a disk cache or from a
// remote cache, which keep no modes, links and empty directories. The layer
// itself is made anew each time.
func TestModesAndLinksSurviveCaches(t *testing.T) {
	harness.Lane(t, "objects")
	harness.Need(t, harness.TestRoot, harness.CacheServer)
	bazel := harness.LastingCopy(t, "e2e/objects")
	// The tools are built now and kept here: the steps, which have caches of
	// their own, do not build them again.
	bazel.Build(t, allOutputs, "//modes:image")
	image := image{bazel: bazel, stem: bazel.Output(t, "//modes:image", "")}
	const noDisk = "--disk_cache="
	disk := noDisk + filepath.Join(harness.TempDir(t), "disk")
	remote := "--remote_cache=" + harness.HTTPCache(t)
	var first string
	for _, step := range []struct {
		name, runner string
		flags        []string
	}{
		{"built here", "linux-sandbox", []string{noDisk}},
		{"built here, kept in a disk cache", "linux-sandbox", []string{disk}},
		{"from the disk cache", "disk cache hit", []string{disk}},
		// Bazel remembers which outputs a cache has; this one makes it forget.
		{"built here again", "linux-sandbox", []string{noDisk}},
		{"built here, sent to a remote cache", "linux-sandbox", []string{noDisk, remote}},
		{"from the remote cache", "remote cache hit", []string{noDisk, remote}},
	} {
		t.Run(step.name, func(t *testing.T) {
			if err := os.RemoveAll(filepath.Dir(image.stem)); err != nil {
				t.Fatal(err)
			}
			// What the test is about runs here, every time.
			spawns := bazel.Spawns(t, append(step.flags, "--modify_execution_info=ObjectLayer=+no-cache", "//modes:image")...)
			runners := map[string]string{"Tree": step.runner, "Genrule": step.runner, "ObjectLayer": "linux-sandbox"}
			for mnemonic, runner := range runners {
				var of []harness.Spawn
				for _, spawn := range spawns {
					if spawn.Mnemonic == mnemonic {
						of = append(of, spawn)
						equal(t, spawn.String(), spawn.Runner, runner)
					}
				}
				if len(of) == 0 {
					t.Errorf("no action %s", mnemonic)
				}
			}
			file := image.archive(t)
			archive := harness.ReadFile(t, file)
			if first == "" {
				first = archive
				checkModes(t, harness.ReadArchive(t, file))
			}
			if archive != first {
				t.Error("the archive differs from the first")
			}
		})
	}
}

// checkModes: the layers have the modes, links and directories that the BUILD
// file says.
func checkModes(t *testing.T, archive *harness.Archive) {
	t.Helper()
	got := map[string]string{}
	for _, layer := range archive.Layers[:len(archive.Layers)-1] {
		for _, file := range layer.Files(t) {
			if _, inside, ok := strings.Cut(strings.TrimPrefix(file.Name, "/nix/store/"), "-"); ok {
				kind := fmt.Sprintf("%c %o %s", file.Typeflag, file.Mode, file.Linkname)
				got[strings.TrimSuffix(inside, "/")] = strings.TrimSpace(kind)
			}
		}
	}
	want := map[string]string{
		"files": "5 555", "files/bin": "5 555", "files/bin/run": "0 555", "files/bin/again": "2 777 run",
		"files/dangling": "2 777 /does/not/exist", "files/share": "5 555", "files/share/generated.sh": "0 444",
		"files/share/source.txt": "0 444", "files/var": "5 555", "files/var/empty": "5 555",
		"tree": "5 555", "tree/nothing": "5 555", "tree/nothing/in": "5 555", "tree/nothing/in/here": "5 555",
		"tree/tools": "5 555", "tree/tools/one": "0 555", "tree/tools/latest": "2 777 one",
		"tree/very": "5 555", "tree/very/three": "0 444", "tree/very/deep": "5 555", "tree/very/deep/two.sh": "0 555",
	}
	for name, state := range want {
		equal(t, name, got[name], state)
	}
	equal(t, "entries", len(got), len(want))
}

// TestCompilationModeDoesNotMatter: objects with the same bytes make the same
// image in fastbuild and in opt.
func TestCompilationModeDoesNotMatter(t *testing.T) {
	harness.Lane(t, "objects")
	harness.Need(t, harness.TestRoot)
	bazel := harness.LastingCopy(t, "e2e/objects")
	configs := map[string]string{}
	for _, mode := range []string{"fastbuild", "opt"} {
		flag := "--compilation_mode=" + mode
		bazel.Build(t, flag, "--output_groups=config", "//...")
		for _, label := range []string{"//modes:image", "//incremental:tight", "//incremental:other"} {
			stem := bazel.Output(t, label, "", flag)
			if !strings.Contains(stem, "-"+mode) {
				t.Fatalf("%s is not of %s", stem, mode)
			}
			config := harness.ReadFile(t, stem+".config.json")
			if before, ok := configs[label]; ok {
				equal(t, label+" in "+mode, config, before)
			}
			configs[label] = config
		}
	}
}
