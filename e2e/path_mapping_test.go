//go:build e2e

package e2e

import (
	"encoding/json"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/e2e/harness"
)

// plainPaths are the actions whose paths Bazel cannot map, some of them only
// for some images: see docs/workers.md.
var plainPaths = map[string]string{
	"ImageConfig":  "reads the time of the build",
	"ImageTime":    "reads the time of the build",
	"PushManifest": "reads the status of the workspace",
}

// TestActionsAreMapped: of all kinds of images and objects, every action has its
// paths mapped but those of which it is known why not.
func TestActionsAreMapped(t *testing.T) {
	harness.Lane(t, "repository")
	harness.Need(t, harness.TestRoot)
	bazel := harness.Lasting(t, ".")
	said := bazel.Run(t, "aquery", "--output=jsonproto", "//examples/... + //rules/tests/...").Must(t).Stdout
	var graph struct {
		Actions []struct {
			Mnemonic      string
			Arguments     []string
			ExecutionInfo []struct{ Key string }
		}
	}
	if err := json.Unmarshal([]byte(said), &graph); err != nil {
		t.Fatal(err)
	}
	mapped, plain := map[string]bool{}, map[string]bool{}
	for _, action := range graph.Actions {
		if len(action.Arguments) == 0 || !strings.HasPrefix(path.Base(action.Arguments[0]), "strata") {
			continue
		}
		is := plain
		for _, info := range action.ExecutionInfo {
			if info.Key == "supports-path-mapping" {
				is = mapped
			}
		}
		is[action.Mnemonic] = true
	}
	for mnemonic := range plain {
		if plainPaths[mnemonic] == "" {
			t.Errorf("an action %s has no mapped paths", mnemonic)
		}
	}
	for _, mnemonic := range []string{"BaseTars", "BlobInfo", "Closure", "CustomisationLayer", "DockerArchive", "ImageConfig", "ImageFileSystem", "ImageLayer", "ImageLayout", "ImageMtree", "ImageTree", "LayerPlan", "LayerTar", "MergedArchive", "ObjectBlob", "ObjectInfo", "ObjectLayer", "RealRoot", "RestBlobs", "RestLayer"} {
		if !mapped[mnemonic] {
			t.Errorf("no action %s has mapped paths; those that have are %q", mnemonic, slices.Sorted(maps.Keys(mapped)))
		}
	}
}

// TestModesShareACache: what a build in fastbuild made, a build in opt finds in
// the disk cache, where the objects have the same bytes: all of ours that is
// mapped, the compressed layers included, and whatever is made of an image or on
// one.
func TestModesShareACache(t *testing.T) {
	harness.Lane(t, "objects")
	harness.Need(t, harness.TestRoot)
	bazel := harness.LastingCopy(t, "e2e/objects")
	newPackage(t, bazel, "mapped", `load("@rules_strata//rules:defs.bzl", "build_image", "export_image", "merge_images", "store_object", "stream_layered_image")

genrule(
    name = "made_file",
    outs = ["made.txt"],
    cmd = "echo made > $@",
)

store_object(
    name = "made",
    srcs = {"made.txt": "share/made"},
)

store_object(
    name = "other",
    srcs = {"made.txt": "other"},
    deps = [":made"],
)

stream_layered_image(
    name = "below",
    contents = [":made"],
    tag = "1",
)

stream_layered_image(
    name = "above",
    contents = [":other"],
    from_image = ":below",
    tag = "1",
)

build_image(
    name = "script",
    copy_to_root = [":other"],
    from_image = ":above",
    run_as_root = "cp /share/made /copy; rm /other",
    tag = "1",
)

export_image(
    name = "exported",
    from_image = ":script",
)

merge_images(
    name = "merged",
    images = [
        ":script",
        ":above",
    ],
)

store_object(
    name = "archives",
    srcs = {
        ":exported": "exported",
        ":merged": "merged",
    },
    allow_undeclared_references = True,
)

stream_layered_image(
    name = "of_archives",
    contents = [":archives"],
    tag = "1",
)
`)
	disk := "--disk_cache=" + filepath.Join(harness.TempDir(t), "disk")
	build := func(mode string) ([]harness.Spawn, map[string]string) {
		bazel.Run(t, "clean").Must(t)
		flags := []string{disk, "--experimental_output_paths=strip", "--compilation_mode=" + mode, "--output_groups=config,docker_archive,layers,mtree,oci_layout"}
		spawns := bazel.Spawns(t, append(flags, "//modes:image", "//incremental:tight", "//mapped:script", "//mapped:of_archives")...)
		read := map[string]string{}
		for label, files := range map[string][]string{
			"//modes:image":        {".config.json", ".oci/index.json", ".tar.gz", ".mtree"},
			"//mapped:script":      {".config.json", ".oci/index.json", ".tar.gz", ".mtree"},
			"//mapped:of_archives": {".config.json"},
		} {
			stem := bazel.Output(t, label, "", flags...)
			for _, file := range files {
				read[label+file] = harness.Digest(t, stem+file)
			}
		}
		return spawns, read
	}
	first, want := build("fastbuild")
	for _, mnemonic := range []string{
		"ObjectLayer", "ObjectBlob", "RestLayer", "RestBlobs", "LayerPlan", "ImageConfig", "ImageLayout",
		"BaseTars", "DockerArchive", "ImageFileSystem", "ImageMtree", "ImageTree", "LayerTar", "MergedArchive",
	} {
		if len(only(mnemonic, first)) == 0 {
			t.Errorf("no action %s", mnemonic)
		}
	}
	again, got := build("opt")
	sameOutputs(t, got, want)
	equal(t, "actions", strings.Join(names(again), "\n"), strings.Join(names(first), "\n"))
	for _, spawn := range again {
		// Those of the workspace map no paths.
		if spawn.Mnemonic != "Genrule" && spawn.Mnemonic != "Tree" && spawn.Runner != "disk cache hit" {
			t.Errorf("%s: %s", spawn, spawn.Runner)
		}
	}
}

// TestPruningWithMappedPaths: an object that a step did not read is not read
// again for its sake, though the step knew it by another path than Bazel.
func TestPruningWithMappedPaths(t *testing.T) {
	harness.Lane(t, "objects")
	harness.Need(t, harness.TestRoot)
	bazel := harness.LastingCopy(t, "e2e/objects")
	dir := newPackage(t, bazel, "pruned", `load("@rules_strata//rules:defs.bzl", "store_object", "stream_layered_image")

[
    (
        genrule(
            name = name + "_file",
            srcs = [name + ".in"],
            outs = [name + ".txt"],
            cmd = "cp $< $@",
        ),
        store_object(
            name = name,
            srcs = {name + ".txt": "file"},
            deps = deps,
        ),
    )
    for name, deps in [
        ("base", []),
        ("left", [":base"]),
        ("right", [":base"]),
    ]
]

stream_layered_image(
    name = "image",
    config = {"Cmd": ["$(store_path :left)$(store_path :right)"]},
    max_layers = 3,
)
`)
	edit := func(name, text string) { harness.WriteFile(t, filepath.Join(dir, name+".in"), text) }
	for _, name := range []string{"base", "left", "right"} {
		edit(name, "first")
	}
	build := func(flags ...string) []harness.Spawn {
		return bazel.Spawns(t, append(flags, "--disk_cache=", "--experimental_output_paths=strip", "//pruned:image")...)
	}
	equal(t, "rest layers at first", len(only("RestLayer", build())), 1)
	edit("base", "edited")
	equal(t, "actions for the object with its own layer", strings.Join(names(build()), "\n"), lines(`
		Genrule //pruned:base_file
		ImageConfig //pruned:image
		ObjectLayer //pruned:base`))
	edit("left", "edited")
	equal(t, "actions for an object of the rest", strings.Join(names(build()), "\n"), lines(`
		Genrule //pruned:left_file
		ImageConfig //pruned:image
		ObjectLayer //pruned:left
		RestLayer //pruned:image`))

	// Of the tars of layers only those are written again that have the object:
	// there are two of store objects, and that of the links.
	tars := func() []harness.Spawn { return build("--output_groups=layers") }
	equal(t, "tars at first", len(only("LayerTar", tars())), 3)
	edit("base", "edited again")
	equal(t, "tars for the object with its own layer", len(only("LayerTar", tars())), 1)
	edit("left", "edited again")
	equal(t, "tars for an object of the rest", len(only("LayerTar", tars())), 1)
}
