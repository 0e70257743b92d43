//go:build e2e

package e2e

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/rules-strata/rules_strata/e2e/harness"
)

// languages are those that programs of e2e/binaries/languages are written in.
var languages = []string{"cc", "go", "py", "sh"}

var languagesPrepared sync.Once

// onLanguages is Bazel in a copy of e2e/binaries/languages with its base images.
func onLanguages(t *testing.T) harness.Bazel {
	t.Helper()
	harness.Need(t, harness.TestRoot)
	bazel := harness.LastingCopy(t, "e2e/binaries/languages")
	languagesPrepared.Do(func() {
		writeBases(t, bazel.Dir, map[string][]string{"sh": shellBase, "cc": cppBase, "all": slices.Concat(pythonBase, cppBase)})
	})
	return bazel
}

// TestBinariesSayWhatTheySayUnderBazelRun: a program finds its runfiles,
// arguments, environment and working directory in the image as `bazel run` has
// them: by relative path, by the runfiles library of its language under the
// names of modules that its own module and another one use, in a tree artifact,
// through symlinks of runfiles; with shared libraries, and with an interpreter,
// that are among the runfiles.
func TestBinariesSayWhatTheySayUnderBazelRun(t *testing.T) {
	harness.Lane(t, "binaries")
	docker := harness.Docker(t, harness.ClassicStore)
	bazel := onLanguages(t)
	labels := []string{"//several:image"}
	for _, language := range languages {
		labels = append(labels, "//"+language+":image", "//"+language+":show_"+language)
	}
	bazel.Build(t, labels...)
	said := map[string]string{}
	for _, language := range languages {
		said[language] = bazel.Run(t, "run", "//"+language+":show_"+language).Must(t).Stdout
		t.Run(language, func(t *testing.T) {
			contains(t, "the program says", said[language], `"two words"`)
			contains(t, "the program says", said[language], "found by the module itself: alphabet, book, chapter\n")
			i := built(t, bazel, "//"+language+":image", "languages/"+language+":latest")
			i.load(t, docker)
			defer docker.Remove(t, i.ref)
			equal(t, "the container says", docker.RunImage(t, i.ref).Must(t).Stdout, said[language])
			// Files of Bazel's own are where Bazel is.
			r := harness.Exec(i.stem, "run", "--quiet", "--sandbox").Run(t).Must(t)
			equal(t, "the sandbox says", r.Stdout, said[language])
		})
	}
	t.Run("several in one image", func(t *testing.T) {
		i := built(t, bazel, "//several:image", "languages/several:latest")
		i.load(t, docker)
		defer docker.Remove(t, i.ref)
		for _, language := range languages {
			own := language + "/own.txt"
			r := docker.Run(t, "run", "--rm", "--network=none", "--env=GREETING=hello, environment", "--env=OWN="+own,
				"--entrypoint=/app/bin/show_"+language, i.ref, "one", "two words", own).Must(t)
			equal(t, language+" says", r.Stdout, said[language])
		}
	})
}

// built is an image that has been built.
func built(t *testing.T, bazel harness.Bazel, label, ref string) image {
	t.Helper()
	return image{bazel: bazel, label: label, stem: bazel.Output(t, label, ""), ref: ref}
}

// TestBadBinaries: what cannot be is an error when the image is analysed, that
// names the target, and what to do.
func TestBadBinaries(t *testing.T) {
	harness.Lane(t, "binaries")
	bazel := onLanguages(t)
	run := bazel.Run(t, "build", "--nobuild", "--keep_going", "--", "//bad/...").MustFail(t, 1)
	failures := buildFailures(run.Stderr)
	for label, words := range map[string][]string{
		"//bad:platform":      {"//bad:platform", "darwin", "Linux", "platform"},
		"//bad:goos":          {"//bad:show_darwin", "darwin", "Linux", "platform"},
		"//bad:windows":       {"//bad:show_windows", "windows", "Linux", "platform"},
		"//bad:one_name":      {"/app/bin/show", "//bad:show", "//bad/again:show", "binary_name", "root"},
		"//bad:relative_root": {`root = "app"`, `"/app"`},
		"//bad:root_above":    {`"/app/../etc"`, "root"},
		"//bad:no_binary":     {"//shared:shared.txt", "binary"},
	} {
		t.Run(strings.TrimPrefix(label, "//bad:"), func(t *testing.T) {
			// What a macro makes is named after it.
			var all string
			for _, target := range []string{label, label + ".closure", label + ".config"} {
				all += failures[target]
			}
			for _, word := range words {
				contains(t, "the error", all, word)
			}
		})
	}
	t.Run("no other target fails", func(t *testing.T) {
		for label := range failures {
			if slices.Contains([]string{"//bad:show", "//bad:closure", "//bad/again:show", "//bad/again:closure"}, label) {
				t.Errorf("%s: %s", label, failures[label])
			}
		}
	})
}
