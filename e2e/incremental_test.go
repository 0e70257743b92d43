//go:build e2e

package e2e

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/e2e/harness"
)

// TestAnEditRerunsOnlyWhatItMust: which actions run after an edit is exactly
// known, from Bazel's execution log. Every step is there for what must not run
// as much as for what must.
func TestAnEditRerunsOnlyWhatItMust(t *testing.T) {
	harness.Lane(t, "objects")
	harness.Need(t, harness.TestRoot)
	bazel := harness.LastingCopy(t, "e2e/objects")
	at := func(name string) string { return filepath.Join(bazel.Dir, "incremental", name) }
	edit := func(name string) { harness.WriteFile(t, at(name), "edited\n") }
	const images = "//incremental:all"

	t.Run("first build: one layer action for an object that three images share", func(t *testing.T) {
		equal(t, "layers", strings.Join(only("ObjectLayer", bazel.Spawns(t, images)), "\n"), lines(`
			ObjectLayer //incremental:app
			ObjectLayer //incremental:base
			ObjectLayer //incremental:left
			ObjectLayer //incremental:right
			ObjectLayer //incremental:tool
			ObjectLayer //incremental:twin_a
			ObjectLayer //incremental:twin_b`))
	})
	for _, step := range []struct {
		name string
		edit func()
		want string
	}{
		{"nothing is edited", func() {}, ``},
		{"a file is written again with the same bytes", func() {
			harness.WriteFile(t, at("base.txt"), harness.ReadFile(t, at("base.txt")))
		}, ``},
		{"an object with a layer of its own in all images", func() { edit("base.txt") }, `
			ImageConfig //incremental:other
			ImageConfig //incremental:roomy
			ImageConfig //incremental:tight
			ObjectLayer //incremental:base`},
		{"an object in the rest layer of one image", func() { edit("left.txt") }, `
			ImageConfig //incremental:roomy
			ImageConfig //incremental:tight
			ObjectLayer //incremental:left
			RestLayer //incremental:tight`},
		{"an object in contents, its tree the same", func() { edit("app/one.txt") }, `
			ImageConfig //incremental:roomy
			ImageConfig //incremental:tight
			ObjectLayer //incremental:app
			RestLayer //incremental:tight`},
		{"an object in contents, its tree changed", func() { edit("app/two.txt") }, `
			CustomisationLayer //incremental:roomy
			CustomisationLayer //incremental:tight
			ImageConfig //incremental:roomy
			ImageConfig //incremental:tight
			ObjectLayer //incremental:app
			RestLayer //incremental:tight`},
		{"an object of one image alone", func() { edit("tool.txt") }, `
			ImageConfig //incremental:other
			ObjectLayer //incremental:tool`},
		{"a file of two objects", func() { edit("shared.txt") }, `
			ImageConfig //incremental:roomy
			ImageConfig //incremental:tight
			ObjectLayer //incremental:twin_a
			ObjectLayer //incremental:twin_b
			RestLayer //incremental:tight`},
		{"a config that mentions the same objects", func() {
			harness.WriteFile(t, at("other.json"), `{"Cmd": ["/edited"]}`)
		}, `
			Closure //incremental:other
			ImageConfig //incremental:other`},
	} {
		t.Run(step.name, func(t *testing.T) {
			step.edit()
			equal(t, "actions", strings.Join(names(bazel.Spawns(t, images)), "\n"), lines(step.want))
		})
	}
}

// names are the spawns as text.
func names(spawns []harness.Spawn) []string {
	var out []string
	for _, spawn := range spawns {
		out = append(out, spawn.String())
	}
	return out
}

// only are the spawns of one kind.
func only(mnemonic string, spawns []harness.Spawn) []string {
	return names(slices.DeleteFunc(slices.Clone(spawns), func(s harness.Spawn) bool { return s.Mnemonic != mnemonic }))
}

// lines takes the indentation from a text.
func lines(text string) string {
	var out []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
}
