//go:build e2e

package e2e

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/e2e/harness"
)

// scaleBuild has a chain of a thousand objects: the image of the first hundred,
// and two of all. Each object refers to the one before it and to that in the
// middle of those before it.
const scaleBuild = `load("@rules_strata//rules:defs.bzl", "store_object", "stream_layered_image")

[
    store_object(
        name = "object-%d" % n,
        srcs = {"object-%d.txt" % n: "share/text"},
        deps = ([":object-%d" % (n - 1)] if n else []) + ([":object-%d" % (n // 2)] if n > 2 else []),
    )
    for n in range(1000)
]

[
    stream_layered_image(
        name = name,
        config = {"Cmd": ["$(store_path :object-%s)/share/text" % last]},
        layering = layering,
        tag = "latest",
    )
    for name, last, layering in [
        ("hundred", "99", "popularity_pinned"),
        ("thousand_pinned", "999", "popularity_pinned"),
        ("thousand_popular", "999", "popularity"),
    ]
]
`

// TestAnEditOfALargeImage: of images of 100 and of 1000 objects, an edit of one
// file makes one layer and the config again, and sends that layer. What shares
// its layer with others has that one made again, too: with popularity alone that
// is the application.
func TestAnEditOfALargeImage(t *testing.T) {
	harness.Lane(t, "objects")
	docker := harness.Docker(t, harness.ContainerdStore)
	bazel := harness.LastingCopy(t, "e2e/objects")
	bazel.Env = append(bazel.Env, "DOCKER_HOST="+docker.Host)
	folder := newPackage(t, bazel, "scale", scaleBuild)
	text := func(n int) string { return filepath.Join(folder, fmt.Sprintf("object-%d.txt", n)) }
	for n := range 1000 {
		harness.WriteFile(t, text(n), fmt.Sprintf("text %d\n", n))
	}
	// The strategy is no part of an action: a thousand sandboxes would take long.
	bazel.Build(t, "--spawn_strategy=local", "//scale:all")
	load := func(t *testing.T, name string) (sent string) {
		t.Helper()
		r := bazel.Run(t, "run", "//scale:"+name).Must(t)
		equal(t, "stdout", r.Stdout, "Loaded image: "+name+":latest\n")
		said := summary.FindStringSubmatch(r.Stderr)
		if said == nil {
			t.Fatalf("no summary: %s", r)
		}
		return said[1]
	}
	for _, image := range []struct {
		name  string
		edits []scaleEdit
	}{
		{"hundred", []scaleEdit{
			{"nothing", -1, 0, nil},
			{"the application", 99, 1, []string{"ImageConfig //scale:hundred", "ObjectLayer //scale:object-99"}},
			{"one in the middle", 50, 1, []string{"ImageConfig //scale:hundred", "ObjectLayer //scale:object-50"}},
			// One object more than layers.
			{"one of the two that share a layer", 0, 1, []string{
				"ImageConfig //scale:hundred", "ObjectLayer //scale:object-0", "RestLayer //scale:hundred",
			}},
		}},
		{"thousand_pinned", []scaleEdit{
			{"nothing", -1, 0, nil},
			{"the application", 999, 1, []string{"ImageConfig //scale:thousand_pinned", "ObjectLayer //scale:object-999"}},
			{"one of the many that share a layer", 1, 1, []string{
				"ImageConfig //scale:thousand_pinned", "ObjectLayer //scale:object-1", "RestLayer //scale:thousand_pinned",
			}},
		}},
		{"thousand_popular", []scaleEdit{
			{"the most popular", 0, 1, []string{"ImageConfig //scale:thousand_popular", "ObjectLayer //scale:object-0"}},
			{"the application, which shares a layer with many", 999, 1, []string{
				"ImageConfig //scale:thousand_popular", "ObjectLayer //scale:object-999", "RestLayer //scale:thousand_popular",
			}},
		}},
	} {
		t.Run(image.name, func(t *testing.T) {
			defer docker.Remove(t, image.name+":latest")
			load(t, image.name)
			for _, edit := range image.edits {
				t.Run(edit.name, func(t *testing.T) {
					if edit.object >= 0 {
						harness.WriteFile(t, text(edit.object), "edited for "+t.Name()+"\n")
					}
					equal(t, "actions", strings.Join(names(bazel.Spawns(t, "//scale:"+image.name)), "\n"), strings.Join(edit.actions, "\n"))
					equal(t, "sent", load(t, image.name), fmt.Sprintf("%d of 100", edit.sent))
				})
			}
		})
	}
}

// scaleEdit is an edit of one object's file, -1 for none: the actions that it
// makes run, and how many layers are sent.
type scaleEdit struct {
	name    string
	object  int
	sent    int
	actions []string
}
