//go:build e2e

package e2e

import (
	"archive/tar"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/e2e/harness"
)

// formsOfBase are the forms in which the workspace has its base image.
var formsOfBase = []string{"base_tar", "base_tar_gz", "base_tar_xz", "base_tar_zst", "legacy_tar", "layout", "layout_tar"}

// copied is an image of the package copied.
func (w *baseWorkspace) copied(name string) image {
	ref := name
	if slices.Contains(formsOfBase, strings.TrimPrefix(name, "on_")) {
		ref = "copied-on-base"
	}
	return image{bazel: w.bazel, label: "//copied:" + name, stem: filepath.Join(w.bin, "copied", name), ref: ref + ":latest"}
}

// TestBuildImageAddsOneLayer: on a base in any form the same one layer is
// added, and only files that changed, and what is above them, are in it.
func TestBuildImageAddsOneLayer(t *testing.T) {
	harness.Lane(t, "base_image")
	w := onBases(t)
	base := harness.ReadArchive(t, w.at("bases/base.tar"))
	want := digests(harness.ReadArchive(t, w.copied("on_base_tar").archive(t)))
	for _, form := range formsOfBase {
		t.Run(form, func(t *testing.T) {
			archive := harness.ReadArchive(t, w.copied("on_"+form).archive(t))
			equal(t, "layers of the base", digests(&harness.Archive{Layers: archive.Layers[:len(base.Layers)]}), digests(base))
			equal(t, "layers", digests(archive), want)
			equal(t, "number of layers", len(archive.Layers), len(base.Layers)+1)
		})
	}
	archive := harness.ReadArchive(t, w.copied("on_base_tar").archive(t))
	var names []string
	for _, entry := range archive.Layers[len(base.Layers)].Entries(t) {
		if !strings.Contains(entry.Name, "nix/store/") {
			names = append(names, entry.Name)
		}
	}
	equal(t, "entries", strings.Join(names, " "), "./ ./.wh.kept ./bin/ ./bin/busybox ./bin/id ./bin/ls/ ./bin/ls/file ./changed "+
		"./empty ./hard ./link ./moved/ ./moved/deep/ ./moved/deep/er/ ./moved/kept ./share/ ./share/busybox ./share/copied.txt ./srv/ ./srv/.wh..wh..opq ./nix/")
}

// TestRunAsRootMakesWhatDockersRUNMakes: the same files, copied over the same
// base, and the same script by Docker's builder, whose shell and commands are
// busybox's, make the same file system, and so does the script when real_root
// has it run by the same shell and commands.
func TestRunAsRootMakesWhatDockersRUNMakes(t *testing.T) {
	harness.Lane(t, "base_image")
	w := onBases(t)
	script := harness.ReadFile(t, w.at("copied/script.bzl"))
	_, script, _ = strings.Cut(script, "\nSCRIPT = \"\"\"")
	script, _, _ = strings.Cut(script, `"""`)
	for _, dir := range []string{"files/share", "files"} {
		if err := os.MkdirAll(w.at("context/"+dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	archive := harness.ReadArchive(t, w.copied("on_base_tar").archive(t))
	busybox := ""
	for _, entry := range archive.Layers[len(archive.Layers)-1].Entries(t) {
		if entry.Name == "./share/busybox" {
			busybox = entry.Linkname
		}
	}
	harness.WriteFile(t, w.at("context/files/share/copied.txt"), harness.ReadFile(t, w.at("copied/copied.txt")))
	harness.WriteFile(t, w.at("context/files/changed"), harness.ReadFile(t, w.at("copied/over.txt")))
	harness.Exec("sh", "-ec", `cd "$0"; ln -sf "$1" share/busybox; chmod 444 changed share/copied.txt; chmod 555 share`, w.at("context/files"), busybox).Run(t).Must(t)
	harness.WriteFile(t, w.at("context/script"), "for a in rm mkdir rmdir mv chown chmod ln touch; do eval \"$a() { busybox $a \\\"\\$@\\\"; }\"; done\nset -e\n"+script+"rm /script\n")
	harness.WriteFile(t, w.at("settings/copied.Dockerfile"), "ARG BASE\nFROM $BASE\nUSER 0\nADD files /\nADD script /script\nRUN . /script\nRUN busybox chmod 755 /\n")
	w.dockerBuild(t, "copied", "strata-base", "strata-docker-copied")
	want := containerFiles(t, w.docker, "strata-docker-copied:latest")
	delete(want, "data") // where Docker's builder mounts the base's volume
	if len(want) < 20 {
		t.Errorf("Docker's image has %d files only", len(want))
	}
	for _, name := range []string{"on_base_tar", "real"} {
		t.Run(name, func(t *testing.T) {
			i := w.copied(name)
			w.docker.Load(t, i.archive(t))
			defer w.docker.Remove(t, i.ref)
			got := containerFiles(t, w.docker, i.ref)
			for path := range got {
				if strings.HasPrefix(path+"/", "nix/") {
					delete(got, path) // an object that a copied link leads to
				}
			}
			sameFiles(t, got, want)
		})
	}
}

// containerFiles are the files of a container of an image, but for times, and
// for which of them are one file of several names.
func containerFiles(t *testing.T, docker *harness.DockerEngine, ref string) fileSystem {
	t.Helper()
	id := strings.TrimSpace(docker.Run(t, "create", "--network", "none", ref, "x").Must(t).Stdout)
	defer docker.Run(t, "rm", id)
	file := filepath.Join(t.TempDir(), "exported.tar")
	docker.Run(t, "export", "--output", file, id).Must(t)
	files := readFileSystem(t, strings.NewReader(harness.ReadFile(t, file)))
	for name, n := range files {
		n.mtime, n.names = 0, ""
		files[name] = n
	}
	return files
}

// TestBuildImageOnOneOfOurs: the base's own objects are not there again, its
// files are seen by the script, and what it removes is gone.
func TestBuildImageOnOneOfOurs(t *testing.T) {
	harness.Lane(t, "base_image")
	w := onBases(t)
	i := w.copied("twice")
	w.docker.Load(t, i.archive(t))
	defer w.docker.Remove(t, i.ref)
	said := w.docker.Run(t, "run", "--rm", "--network", "none", "--entrypoint", "/bin/sh", i.ref, "-ec",
		"cat /srv-of-twice /changed /bin/ls/file; test ! -e /moved/kept; test -d /moved/deep/er; test ! -e /srv/deep").Must(t).Stdout
	equal(t, "the container says", said, "copied by build_image\nover the base's\ninside\n")
	archive := harness.ReadArchive(t, i.archive(t))
	for _, entry := range archive.Layers[len(archive.Layers)-1].Entries(t) {
		if strings.Contains(entry.Name, "nix/store/") {
			t.Errorf("%s is in the layer, and in the base already", entry.Name)
		}
	}
}

// TestBuildImageReplacesObjects: a base with an object of Bazel's of other
// bytes shows nothing of it, all in one layer.
func TestBuildImageReplacesObjects(t *testing.T) {
	harness.Lane(t, "base_image")
	w := onBases(t)
	for name, base := range map[string]string{"on_old_spread": "old", "on_old_tight": "old_tight"} {
		t.Run(name, func(t *testing.T) {
			i := w.copied(name)
			archive := harness.ReadArchive(t, i.archive(t))
			equal(t, "layers", len(archive.Layers), w.layersOf(t, base)+1)
			equal(t, "objects added", objectNames(storePaths(archive.Layers[len(archive.Layers)-1].Entries(t))), "data")
			runsEverywhere(t, i.ref, i.archive(t), "version 2\nunchanged\nadded.txt\nversion.txt\n")
		})
	}
}

// TestCopiedFilesAreThereOnce: what is copied and in an object of the image, is
// one file with two names.
func TestCopiedFilesAreThereOnce(t *testing.T) {
	harness.Lane(t, "base_image")
	w := onBases(t)
	i := w.copied("on_nothing")
	archive := harness.ReadArchive(t, i.archive(t))
	equal(t, "layers", len(archive.Layers), 1)
	var large, links int
	for _, entry := range archive.Layers[0].Entries(t) {
		switch {
		case entry.Typeflag == tar.TypeLink:
			links++
			equal(t, "the link of "+entry.Name, entry.Linkname, "./bin/busybox")
		case entry.Size > 100_000:
			large++
		}
	}
	equal(t, "large files", large, 1)
	equal(t, "hard links", links, 1)
	runsEverywhere(t, i.ref, i.archive(t), "made\n")
}

// TestRealRootInALayeredImage: fake_root_commands runs programs of the contents
// as root of the image, and what it makes has the owners that it sets.
func TestRealRootInALayeredImage(t *testing.T) {
	harness.Lane(t, "base_image")
	w := onBases(t)
	i := w.copied("real_layered")
	archive := harness.ReadArchive(t, i.archive(t))
	var made []string
	for _, entry := range archive.Layers[len(archive.Layers)-1].Entries(t) {
		made = append(made, fmt.Sprintf("%s %d:%d", entry.Name, entry.Uid, entry.Gid))
	}
	equal(t, "the layer", strings.Join(made, ", "), "./ 0:0, ./bin/ 0:0, ./bin/busybox 0:0, ./bin/sh 0:0, ./home/ 0:0, ./owned 1234:567")
	runsEverywhere(t, i.ref, i.archive(t), "0\nunchanged.txt\n")
}
