package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
)

// incrementalReferences is how many others an object refers to, if there are as
// many: the one before it, and some that are chosen.
const incrementalReferences = 5

// incrementalWorkspace is a generated Bazel workspace of objects that have
// files, with images of all of them. Each object refers to the one before it;
// the last one is the application. It is given the programs that are measured.
type incrementalWorkspace struct {
	folder string
	// objects is how many there are, files how many each of them has, of so many
	// bytes.
	objects, files int
	fileSize       int64
}

// The images of the workspace, by the names of their targets, which are those of
// their layerings.
const (
	popularImage = "popularity"
	pinnedImage  = "popularity_pinned"
)

// incrementalRC has no cache but the workspace's own: what an edit makes must be
// made in every run.
const incrementalRC = `common --disk_cache=
common --extra_toolchains=//programs:all
common --@rules_strata//rules:strata_deploy=//programs:strata-deploy
`

const incrementalPrograms = `load("@rules_strata//rules:toolchain.bzl", "strata_toolchain")

package(default_visibility = ["//visibility:public"])

exports_files(["strata-deploy"])

strata_toolchain(
    name = "strata_programs",
    strata = "strata",
    strata_object = "strata-object",
)

toolchain(
    name = "strata_toolchain",
    toolchain = ":strata_programs",
    toolchain_type = "@rules_strata//rules:toolchain_type",
)
`

// incrementalRules have a program that does nothing.
const incrementalRules = `def _nothing_impl(ctx):
    program = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.write(program, "#!/bin/sh\n", is_executable = True)
    return [DefaultInfo(executable = program)]

nothing = rule(_nothing_impl, executable = True)
`

const incrementalImage = `
stream_layered_image(
    name = %q,
    config = {"Cmd": ["$(store_path %s)/share/file-0000"]},
    layering = %q,
)
`

const incrementalObject = `load("@rules_strata//rules:defs.bzl", "store_object")

filegroup(
    name = "files",
    srcs = glob(["file-*"]),
)

store_object(
    name = %q,
    srcs = {":files": "share/"},
    visibility = ["//visibility:public"],
    deps = [%s],
)
`

// newIncrementalWorkspace writes the workspace into a folder, with as many
// objects and files, which have as many bytes in all. It uses the rules of a
// repository's folder.
func newIncrementalWorkspace(folder, repository string, p *programs, objects, allFiles int, bytes int64) (*incrementalWorkspace, error) {
	w := &incrementalWorkspace{folder: folder, objects: objects, files: max(1, allFiles/objects)}
	w.fileSize = max(1, bytes/int64(objects)/int64(w.files))
	f := &files{folder: folder}
	f.text("MODULE.bazel", fmt.Sprintf(binariesModule, repository))
	f.text(".bazelrc", incrementalRC)
	f.copyIfThere(".bazelversion", repository)
	f.text("rules.bzl", incrementalRules)
	build := "load(\"@rules_strata//rules:defs.bzl\", \"stream_layered_image\")\nload(\"//:rules.bzl\", \"nothing\")\n\nnothing(name = \"nothing\")\n"
	for _, name := range []string{popularImage, pinnedImage} {
		build += fmt.Sprintf(incrementalImage, name, w.label(objects-1), name)
	}
	f.text("BUILD.bazel", build)
	f.directory(objectsFolder)
	f.directory("programs")
	f.text("programs/BUILD.bazel", incrementalPrograms)
	f.program("programs/strata", p.Strata)
	f.program("programs/strata-object", p.StrataObject)
	f.program("programs/strata-deploy", p.StrataDeploy)
	random, content := rand.New(rand.NewPCG(1, 2)), newContent()
	for n := range objects {
		w.writeObject(f, n, random, content)
	}
	return w, f.err
}

func (w *incrementalWorkspace) writeObject(f *files, n int, random *rand.Rand, content io.Reader) {
	var deps []string
	if n > 0 {
		deps = append(deps, fmt.Sprintf("%q", w.label(n-1)))
		for _, r := range random.Perm(n - 1)[:min(n-1, incrementalReferences-1)] {
			deps = append(deps, fmt.Sprintf("%q", w.label(r)))
		}
	}
	f.directory(filepath.Join(objectsFolder, objectName(n)))
	f.text(filepath.Join(objectsFolder, objectName(n), "BUILD.bazel"), fmt.Sprintf(incrementalObject, objectName(n), strings.Join(deps, ", ")))
	for i := range w.files {
		f.create(w.file(n, i), func(out io.Writer) error {
			_, err := io.CopyN(out, content, w.fileSize)
			return err
		})
	}
}

// objectsFolder has the objects' packages: Bazel links every file of the
// workspace's own folder when it begins to build, which would take long with
// thousands.
const objectsFolder = "objects"

// objectNames is the form of the objects' names, which have numbers.
const objectNames = "object-%04d"

func objectName(n int) string { return fmt.Sprintf(objectNames, n) }

// label is the label of an object.
func (w *incrementalWorkspace) label(n int) string { return "//" + objectsFolder + "/" + objectName(n) }

// file is one of an object's files, below the workspace's folder.
func (w *incrementalWorkspace) file(n, i int) string {
	return filepath.Join(objectsFolder, objectName(n), fmt.Sprintf("file-%04d", i))
}

// edit gives one file of an object other content of the same length, one for
// each number, without another time of the folder: as an editor does that
// writes in place.
func (w *incrementalWorkspace) edit(object, number int) error {
	file, err := os.OpenFile(filepath.Join(w.folder, w.file(object, w.files/2)), os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = fmt.Fprintf(file, "edit %d\n", number)
	return err
}

// directory makes a directory.
func (f *files) directory(name string) {
	if f.err == nil {
		f.err = os.Mkdir(filepath.Join(f.folder, name), 0o755)
	}
}

// program copies a program.
func (f *files) program(name, from string) {
	if f.err != nil {
		return
	}
	text, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(filepath.Join(f.folder, name), text, 0o755)
	}
	f.err = err
}
