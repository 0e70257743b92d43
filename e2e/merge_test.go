//go:build e2e

package e2e

import (
	"archive/tar"
	"encoding/json"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/e2e/harness"
)

// mergedArchive is the archive of a target of the package merges.
func (w *exportWorkspace) mergedArchive(name string) string {
	return filepath.Join(w.bin, "merges", name)
}

// oneTag is the tag that the content of the image without one gives.
func (w *exportWorkspace) oneTag(t *testing.T) string {
	t.Helper()
	return strings.TrimSpace(harness.ReadFile(t, filepath.Join(w.bin, "images/one.tag")))
}

// loadsAndRuns loads an archive into both of Docker's stores and into Podman,
// where it has these names, and runs the images, which say what they should.
func loadsAndRuns(t *testing.T, archive string, says map[string]string) {
	t.Helper()
	var want []string
	for name := range says {
		want = append(want, name)
	}
	slices.Sort(want)
	loaded := func(t *testing.T, names []string, prefix string) {
		t.Helper()
		for i := range names {
			names[i] = strings.TrimPrefix(names[i], prefix)
		}
		slices.Sort(names)
		equal(t, "names", strings.Join(slices.Compact(names), " "), strings.Join(want, " "))
	}
	for _, store := range harness.Stores {
		t.Run("docker, "+string(store)+" store", func(t *testing.T) {
			docker := harness.Docker(t, store)
			loaded(t, docker.Load(t, archive), "")
			listed := docker.Run(t, "image", "ls", "--format", "{{.Repository}}:{{.Tag}}").Must(t).Stdout
			for name, text := range says {
				defer docker.Remove(t, name)
				contains(t, "docker image ls", listed, name+"\n")
				equal(t, name+" says", docker.RunImage(t, name).Must(t).Stdout, text)
			}
		})
	}
	t.Run("podman", func(t *testing.T) {
		podman := harness.Podman(t)
		loaded(t, podman.Load(t, archive), "localhost/")
		for name, text := range says {
			equal(t, name+" says", podman.RunImage(t, name).Must(t).Stdout, text)
		}
	})
}

// archiveMembers are the images that an archive lists, and how often it has each
// member.
func archiveMembers(t *testing.T, file string) (list []struct{ RepoTags, Layers []string }, members map[string]int) {
	t.Helper()
	members = map[string]int{}
	for in := tar.NewReader(strings.NewReader(harness.ReadFile(t, file))); ; {
		hdr, err := in.Next()
		if err == io.EOF {
			return list, members
		}
		if err != nil {
			t.Fatal(err)
		}
		members[hdr.Name]++
		if hdr.Name == "manifest.json" {
			if err := json.NewDecoder(in).Decode(&list); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestMergedImages: both images are there and run.
func TestMergedImages(t *testing.T) {
	harness.Lane(t, "export")
	w := exports(t)
	loadsAndRuns(t, w.mergedArchive("two_images.tar.gz"), map[string]string{"export-two:latest": "two\n", "export-three:v3": "three\n"})
}

// TestMergedWithoutTag: an image keeps the tag that its content gives it.
func TestMergedWithoutTag(t *testing.T) {
	harness.Lane(t, "export")
	w := exports(t)
	loadsAndRuns(t, w.mergedArchive("without_tag.tar.zst"), map[string]string{"export-one:" + w.oneTag(t): "one\n", "export-two:latest": "two\n"})
}

// TestMergedOwners: owners and modes in the layers stay what they are, and
// a layer of both images is there once.
func TestMergedOwners(t *testing.T) {
	harness.Lane(t, "export")
	w := exports(t)
	archive := w.mergedArchive("with_owners.tar")
	list, members := archiveMembers(t, archive)
	shared := 0
	for name, times := range members {
		equal(t, "members "+name, times, 1)
		if len(list) == 2 && slices.Contains(list[0].Layers, name) && slices.Contains(list[1].Layers, name) {
			shared++
		}
	}
	if len(list) != 2 || shared == 0 || len(members) != len(list[0].Layers)+len(list[1].Layers)-shared+3 {
		t.Errorf("images %v share %d layers; members %v", list, shared, members)
	}
	loadsAndRuns(t, archive, map[string]string{"export-two:latest": "two\n", "export-owners:latest": "1000:100 2750\n"})
	for _, image := range []string{"export-two:latest", "export-owners:latest"} {
		harness.Exec("skopeo", "inspect", "docker-archive:"+archive+":"+image).Run(t).Must(t)
	}
}

// TestMergedCompressors: archives that are compressed each its own way.
func TestMergedCompressors(t *testing.T) {
	harness.Lane(t, "export")
	w := exports(t)
	loadsAndRuns(t, w.mergedArchive("compressors.tar.zst"), map[string]string{
		"export-one:" + w.oneTag(t): "one\n", "export-two:latest": "two\n", "export-three:v3": "three\n",
	})
}

// TestMergeOfEverything: images of ours, archives of several images, of ours
// and of others, and layouts; an image that is there twice is one.
func TestMergeOfEverything(t *testing.T) {
	harness.Lane(t, "export")
	w := exports(t)
	archive := w.mergedArchive("everything.tgz")
	list, _ := archiveMembers(t, stdoutFile(t, harness.Exec("gzip", "-dc", archive)))
	var names []string
	for _, image := range list {
		names = append(names, strings.Join(image.RepoTags, " "))
	}
	const want = "export-three:v3, export-two:latest, export-plain:latest, export-special:latest, docker.io/library/export-owners:latest, "
	equal(t, "names", strings.Join(names, ", "), want)
	equal(t, "images", len(list), 6)
	for _, store := range harness.Stores {
		t.Run("docker, "+string(store)+" store", func(t *testing.T) {
			docker := harness.Docker(t, store)
			docker.Load(t, archive)
			for name, says := range map[string]string{
				"export-three:v3": "three\n", "export-two:latest": "two\n", "export-owners:latest": "1000:100 2750\n", "export-plain:latest": "changed\n", "export-special:latest": "changed\n",
			} {
				equal(t, name+" says", docker.RunImage(t, name).Must(t).Stdout, says)
				if !strings.HasPrefix(name, "export-plain") && !strings.HasPrefix(name, "export-special") {
					docker.Remove(t, name)
				}
			}
		})
	}
}

// TestMergeRefusesClashes: two images of one name are an error that names both.
func TestMergeRefusesClashes(t *testing.T) {
	harness.Lane(t, "export")
	w := exports(t)
	built := w.bazel.Run(t, "build", "//merges:clash").MustFail(t, 1)
	contains(t, "error", built.Stderr, "strata merge: //merges:other_two: its image sha256:")
	contains(t, "error", built.Stderr, " is called docker.io/library/export-two:latest, and so is the image sha256:")
	contains(t, "error", built.Stderr, " of //images:two_archive: give one of them another name or tag")
}
