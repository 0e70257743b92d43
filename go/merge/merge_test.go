package merge_test

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/archive"
	"github.com/rules-strata/rules_strata/go/imagesource"
	"github.com/rules-strata/rules_strata/go/merge"
	"github.com/rules-strata/rules_strata/go/testimage"
)

// file writes images as one docker archive.
func file(t *testing.T, images ...archive.Image) merge.Source {
	t.Helper()
	name := filepath.Join(t.TempDir(), "images.tar")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := archive.WriteSeveral(t.Context(), f, images); err != nil {
		t.Fatal(err)
	}
	return merge.Source{Source: imagesource.Source{Archive: name}, Label: "//:" + strings.Join(images[0].RepoTags, "+")}
}

type entry struct {
	Config   string
	RepoTags []string
	Layers   []string
}

// merged merges sources, and gives the list of the archive's images and the
// names of its members.
func merged(t *testing.T, sources ...merge.Source) (list []entry, members []string, warnings []string) {
	t.Helper()
	images, err := merge.Open(t.Context(), sources)
	if err != nil {
		t.Fatal(err)
	}
	defer images.Close()
	var out bytes.Buffer
	if err := images.WriteArchive(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	for in := tar.NewReader(&out); ; {
		hdr, err := in.Next()
		if err == io.EOF {
			return list, members, images.Warnings
		}
		if err != nil {
			t.Fatal(err)
		}
		members = append(members, hdr.Name)
		if hdr.Name == "manifest.json" {
			if err := json.NewDecoder(in).Decode(&list); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestMerge: what images share is there once, equal images are one, and the
// order is that of the sources.
func TestMerge(t *testing.T) {
	a := testimage.New(t, 1000, []int{1, 2}, "a:1", "registry.example:5000/a:1")
	b := testimage.New(t, 1000, []int{1, 3}, "b:1", "registry.example:5000/b")
	nameless := testimage.New(t, 1000, []int{1, 2, 3})
	again := testimage.New(t, 1000, []int{1, 2}, "docker.io/library/a:1", "a:2")
	list, members, warnings := merged(t, file(t, b, nameless), file(t, a), file(t, again, b))
	var tags []string
	for _, e := range list {
		tags = append(tags, strings.Join(e.RepoTags, " "))
	}
	if want := []string{"b:1 registry.example:5000/b:latest", "", "a:1 registry.example:5000/a:1 a:2"}; !slices.Equal(tags, want) {
		t.Errorf("names %q, want %q", tags, want)
	}
	// Three layers, three configs, and the list.
	if len(members) != 7 || len(slices.Compact(slices.Sorted(slices.Values(members)))) != 7 {
		t.Errorf("members %q", members)
	}
	if want := "//:b:1+registry.example:5000/b: the image " + testimage.ID(nameless) + " has no name: once it is loaded it is known by its ID"; !slices.Equal(warnings, []string{want}) {
		t.Errorf("warnings %q, want %q", warnings, want)
	}
}

func TestClashes(t *testing.T) {
	a, other := testimage.New(t, 1000, []int{1}, "a:1"), testimage.New(t, 1000, []int{2}, "docker.io/library/a:1")
	clash := "its image " + testimage.ID(other) + " is called docker.io/library/a:1, and so is the image " + testimage.ID(a) + " of "
	for _, test := range []struct {
		name    string
		sources []merge.Source
		want    string
	}{
		{"two files", []merge.Source{file(t, a), file(t, other)}, "//:docker.io/library/a:1: " + clash + "//:a:1: give one of them another name or tag"},
		{"one file", []merge.Source{file(t, a, other)}, "//:a:1: " + clash + "//:a:1: give"},
		{"a bad name", []merge.Source{file(t, testimage.New(t, 1000, []int{1}, "UPPER:1"))}, `//:UPPER:1: "UPPER:1" is not a name for an image: "UPPER" has capital letters`},
		{"no image", []merge.Source{file(t, a), {Label: "//:x", Source: imagesource.Source{Archive: "/nonexistent.tar"}}}, "//:x: /nonexistent.tar: no such file or directory"},
	} {
		if _, err := merge.Open(t.Context(), test.sources); err == nil || !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("%s: got %v, want %s", test.name, err, test.want)
		}
	}
}

// TestMemory: layers of 16 MiB take little memory.
func TestMemory(t *testing.T) {
	sources := []merge.Source{file(t, testimage.New(t, 16<<20, []int{1, 2}, "a:1")), file(t, testimage.New(t, 16<<20, []int{1, 3}, "b:1", "registry.example:5000/b"))}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	images, err := merge.Open(t.Context(), sources)
	if err != nil {
		t.Fatal(err)
	}
	defer images.Close()
	if err := images.WriteArchive(t.Context(), io.Discard); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 4<<20 {
		t.Errorf("%d KiB of memory were needed", used>>10)
	}
}
