//go:build e2e

package e2e

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/e2e/harness"
)

// exampleKind is what a target of an example is, by its provider.
type exampleKind string

const (
	exampleImage exampleKind = "ImageInfo"
	exampleIndex exampleKind = "ImageIndexInfo"
	examplePush  exampleKind = "ImagePushInfo"
)

// exampleTarget is an image, an index or a push of an example, built.
type exampleTarget struct {
	bazel harness.Bazel
	Label string
	Kind  exampleKind
	// Layout is the OCI layout of an image or an index.
	Layout string
	// Run is what `bazel run` runs.
	Run string
}

// exampleSays are the words of containers as the examples' documentation has
// them, by workspace and label. Of others it is enough that they end well.
var exampleSays = map[string]string{
	"//examples/hello:hello_image":     greeting,
	"//examples/index:hello_index":     greeting,
	"//examples/nix_lock:greet_image":  "Hello from a Nix store object!\n",
	"//examples/service:service_image": greeting,
	"examples/binaries//cpp:image":     "Dear C++,\n",
	"examples/binaries//go:image":      "Dear Go,\n",
	"examples/binaries//python:image":  "Dear Python,\n",
	"examples/binaries//several:image": "Dear all,\n",
	"examples/binaries//shell:image":   "Dear shell,\n",
	"examples/nix_hello//:hello_image": greeting,
}

// describeTarget prints a target's kind, layout and executable as JSON, or
// nothing.
const describeTarget = `
def format(target):
    given = providers(target) or {}
    for key, value in given.items():
        kind = key.split("%")[-1]
        if kind in ["ImageInfo", "ImageIndexInfo", "ImagePushInfo"]:
            return json.encode({
                "Kind": kind,
                "Label": str(target.label),
                "Layout": "" if kind == "ImagePushInfo" else value.oci_layout.path,
                "Run": given["FilesToRunProvider"].executable.path,
            })
    return ""
`

// exampleWorkspaces are the folders of the examples that are workspaces of
// their own.
func exampleWorkspaces(t *testing.T) []string {
	t.Helper()
	modules, err := filepath.Glob(filepath.Join(harness.Root(), "examples/*/MODULE.bazel"))
	if err != nil {
		t.Fatal(err)
	}
	var dirs []string
	for _, module := range modules {
		dirs = append(dirs, "examples/"+filepath.Base(filepath.Dir(module)))
	}
	return dirs
}

// exampleWorkspace is Bazel in a copy of an example that is a workspace of its
// own, with what its README says to make first.
func exampleWorkspace(t *testing.T, dir string) harness.Bazel {
	t.Helper()
	links := map[string]string{}
	if dir == "examples/nix_hello" {
		links["result"] = harness.Nix(t).Path(t, "hello")
	}
	return nixWorkspace(t, dir, links)
}

// builtExamples builds the images, indexes and pushes that match a pattern, but
// for images tagged no-run, whose containers have no command, or do not end.
func builtExamples(t *testing.T, bazel harness.Bazel, pattern string) []exampleTarget {
	t.Helper()
	format := filepath.Join(harness.TempDir(t), "format.bzl")
	harness.WriteFile(t, format, describeTarget)
	describe := func(query string) []exampleTarget {
		var targets []exampleTarget
		said := bazel.Run(t, "cquery", "--output=starlark", "--starlark:file="+format, query).Must(t).Stdout
		for line := range strings.Lines(said) {
			if line = strings.TrimSpace(line); line == "" {
				continue
			}
			target := exampleTarget{bazel: bazel}
			if err := json.Unmarshal([]byte(line), &target); err != nil {
				t.Fatalf("%v: %s", err, line)
			}
			target.Label = strings.TrimLeft(target.Label, "@")
			targets = append(targets, target)
		}
		return targets
	}
	// query has the targets that are tagged manual too.
	all := strings.Fields(bazel.Run(t, "query", "kind(rule, "+pattern+") except attr(tags, '\\bno-run\\b', "+pattern+")").Must(t).Stdout)
	var labels []string
	described := map[string][]exampleTarget{}
	for _, target := range describe("set(" + strings.Join(all, " ") + ")") {
		if described[target.Label] == nil {
			labels = append(labels, target.Label)
		}
		described[target.Label] = append(described[target.Label], target)
	}
	bazel.Build(t, append([]string{"--output_groups=+oci_layout"}, labels...)...)
	root := strings.TrimSpace(bazel.Run(t, "info", "execution_root").Must(t).Stdout)
	var targets []exampleTarget
	for _, label := range labels {
		found := described[label]
		if len(found) != 1 {
			// An index has the same image in other configurations; alone it is in
			// its own.
			found = describe(label)
		}
		if len(found) != 1 {
			t.Fatalf("%s: want one target: %+v", label, found)
		}
		target := found[0]
		target.Run = filepath.Join(root, target.Run)
		if target.Layout != "" {
			target.Layout = filepath.Join(root, target.Layout)
		}
		targets = append(targets, target)
	}
	return targets
}
