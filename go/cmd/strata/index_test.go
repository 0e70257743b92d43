package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/validate"

	"github.com/rules-strata/rules_strata/go/cli"
	"github.com/rules-strata/rules_strata/go/command"
)

// indexSteps are the two steps alone, so that their tests need no others.
var indexSteps = cli.Program{Name: "strata", Commands: []cli.Command{
	{Name: "index", Make: func() any { return new(indexCmd) }},
	{Name: "index-layout", Make: func() any { return new(indexLayoutCmd) }},
}}

func indexStep(args ...string) (status int, text string) {
	var out bytes.Buffer
	status = indexSteps.Run(args, &out, &out)
	return status, out.String()
}

// madeImage is what the steps up to a layout make of an image.
type madeImage struct{ manifest, config, layout string }

// makeImages makes an image for each architecture, of one closure. The config
// does not change the layers.
func makeImages(t *testing.T, architectures ...string) []madeImage {
	t.Helper()
	var images []madeImage
	for _, architecture := range architectures {
		c := generate(t)
		c.build(t, "2")
		config := strings.Replace(readFile(t, c.path("image.json")), `"architecture":"amd64"`, `"architecture":"`+architecture+`"`, 1)
		if err := os.WriteFile(c.path("image.json"), []byte(config), 0o644); err != nil {
			t.Fatal(err)
		}
		images = append(images, madeImage{layout: c.makeLayout(t, "gzip"), manifest: c.path("gzip/manifest.json"), config: c.path("image.json")})
	}
	return images
}

func (m madeImage) flags(label string) []string {
	return []string{"--label", label, "--manifest", m.manifest, "--config", m.config}
}

// TestIndexSteps: the index names the images in their order, and its layout has
// all that is in theirs.
func TestIndexSteps(t *testing.T) {
	images := makeImages(t, "arm64", "amd64")
	work := t.TempDir()
	at := func(name string) string { return filepath.Join(work, name) }
	annotations := writeFile(t, "annotations.json", `{"a": "b=c\nd"}`)
	args := []string{"index", "--annotations", annotations, "--tag=v1",
		"--out", at("index.json"), "--digest-out", at("digest"), "--tag-out", at("tag")}
	args = append(append(args, images[0].flags("//:arm64")...), images[1].flags("//:amd64")...)
	if status, text := indexStep(args...); status != 0 || text != "" {
		t.Fatalf("status %d: %s", status, text)
	}
	if got, want := readFile(t, at("digest")), fileDigest(t, at("index.json"))+"\n"; got != want {
		t.Errorf("digest %q, want %q", got, want)
	}
	if got := readFile(t, at("tag")); got != "v1\n" {
		t.Errorf("tag %q", got)
	}
	if status, text := indexStep("index-layout", "--annotations", annotations, "--name=hello", "--tag=v1", "--out", at("layout"),
		"--label=//:arm64", "--layout", images[0].layout, "--label=//:amd64", "--layout", images[1].layout); status != 0 || text != "" {
		t.Fatalf("status %d: %s", status, text)
	}
	top, err := layout.ImageIndexFromPath(at("layout"))
	if err != nil {
		t.Fatal(err)
	}
	if err := validate.Index(top); err != nil {
		t.Error(err)
	}
	hash, err := v1.NewHash(strings.TrimSpace(readFile(t, at("digest"))))
	if err != nil {
		t.Fatal(err)
	}
	index, err := top.ImageIndex(hash)
	if err != nil {
		t.Fatal(err)
	}
	manifest, err := index.IndexManifest()
	if err != nil || len(manifest.Manifests) != 2 || manifest.Annotations["a"] != "b=c\nd" {
		t.Fatalf("%+v, %v", manifest, err)
	}
	for i, architecture := range []string{"arm64", "amd64"} {
		if got := manifest.Manifests[i].Platform.String(); got != "linux/"+architecture {
			t.Errorf("image %d is for %s", i, got)
		}
		if got, want := manifest.Manifests[i].Digest.String(), fileDigest(t, images[i].manifest); got != want {
			t.Errorf("image %d is %s, want %s", i, got, want)
		}
	}
}

// TestIndexTag: an index that is given no tag has one of its content, like an
// image.
func TestIndexTag(t *testing.T) {
	images := makeImages(t, "arm64", "amd64")
	tag := func(order ...int) string {
		work := t.TempDir()
		args := []string{"index", "--out", filepath.Join(work, "index"), "--digest-out", filepath.Join(work, "digest"), "--tag-out", filepath.Join(work, "tag")}
		for _, i := range order {
			args = append(args, images[i].flags("//:image")...)
		}
		if status, text := indexStep(args...); status != 0 {
			t.Fatal(text)
		}
		return readFile(t, filepath.Join(work, "tag"))
	}
	first, again, other := tag(0, 1), tag(0, 1), tag(1)
	if !regexp.MustCompile(`^[0-9a-df-np-sv-z]{32}\n$`).MatchString(first) || first != again || first == other {
		t.Errorf("tags %q, %q and %q", first, again, other)
	}
}

func TestIndexStepErrors(t *testing.T) {
	images := makeImages(t, "amd64")
	out := []string{"--out", filepath.Join(t.TempDir(), "index"), "--digest-out", filepath.Join(t.TempDir(), "digest"), "--tag-out", filepath.Join(t.TempDir(), "tag")}
	for _, test := range []struct {
		name string
		args []string
		want string
	}{
		{"nothing", nil, "strata index: there is no image in it"},
		{"a config too few", images[0].flags("//:a")[:4], "strata index: 1 times --label, 1 times --manifest and 0 times --config: give each once"},
		{"the same platform", append(images[0].flags("//:a"), images[0].flags("//:b")...), "strata index: //:a and //:b are both for linux/amd64"},
		{"no such manifest", append([]string{"--manifest=/no/such/file"}, append(images[0].flags("//:a")[:2], "--config="+images[0].config)...), "/no/such/file"},
		{"annotations that are none", append(images[0].flags("//:a"), "--annotations", writeFile(t, "a.json", "[]")), "want a JSON object of strings"},
	} {
		t.Run(test.name, func(t *testing.T) {
			status, text := indexStep(append(append([]string{"index"}, test.args...), out...)...)
			if status != command.ExitBadInput || !strings.Contains(text, test.want) {
				t.Errorf("status %d: %s, want %s", status, text, test.want)
			}
		})
	}
}

func TestIndexLayoutErrors(t *testing.T) {
	images := makeImages(t, "amd64")
	broken := makeImages(t, "arm64")[0].layout
	if err := os.RemoveAll(filepath.Join(broken, "blobs")); err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(t.TempDir(), "layout")
	for _, test := range []struct {
		name string
		args []string
		want string
	}{
		{"nothing", nil, "strata index-layout: there is no image in it"},
		{"a label too few", []string{"--layout=x"}, "0 times --label and 1 times --layout: give each once"},
		{"no such layout", []string{"--label=//:a", "--layout=/no/such"}, "//:a: the layout /no/such: open /no/such/index.json"},
		{"a layout without blobs", []string{"--label=//:a", "--layout", broken}, "//:a: the layout " + broken + ": manifest: "},
		{"the same platform", []string{"--label=//:a", "--layout", images[0].layout, "--label=//:b", "--layout", images[0].layout}, "//:a and //:b are both for linux/amd64"},
	} {
		t.Run(test.name, func(t *testing.T) {
			status, text := indexStep(append([]string{"index-layout", "--name=x", "--out", folder}, test.args...)...)
			if status != command.ExitBadInput || !strings.Contains(text, test.want) {
				t.Errorf("status %d: %s, want %s", status, text, test.want)
			}
			if _, err := os.Stat(folder); err == nil {
				t.Error("there is a layout all the same")
			}
		})
	}
}
