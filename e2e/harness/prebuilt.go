package harness

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// prebuiltBuild declares the programs as a user does who has them built
// already: see the rule strata_toolchain.
const prebuiltBuild = `load("@rules_strata//rules:toolchain.bzl", "strata_toolchain")

package(default_visibility = ["//visibility:public"])

exports_files([
    "strata",
    "strata-deploy",
    "strata-object",
])

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

strata_toolchain(
    name = "script_programs",
    strata = "strata-script",
)

toolchain(
    name = "script_toolchain",
    toolchain = ":script_programs",
    toolchain_type = "@rules_strata//rules:script_toolchain_type",
)
`

const prebuiltFlags = `
# The programs are those of the package prebuilt.
common --extra_toolchains=//prebuilt:all
common --@rules_strata//rules:strata_deploy=//prebuilt:strata-deploy
`

// usePrebuilt gives a copied workspace the project's programs, which the
// repository's own Bazel builds once: a workspace whose Bazel builds them from
// source fetches and analyses ten times as much.
func usePrebuilt(workspace string, programs []string) error {
	folder := filepath.Join(workspace, "prebuilt")
	if err := os.Mkdir(folder, 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(folder, "BUILD.bazel"), []byte(prebuiltBuild), 0o644); err != nil {
		return err
	}
	for _, program := range programs {
		if err := os.Symlink(program, filepath.Join(folder, filepath.Base(program))); err != nil {
			return err
		}
	}
	rc, err := os.OpenFile(filepath.Join(workspace, ".bazelrc"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = rc.WriteString(prebuiltFlags)
	return errors.Join(err, rc.Close())
}

// built are the programs, in a folder that is there until the last test.
var built programSet

type programSet struct {
	mu    sync.Mutex
	paths []string
}

func (p *programSet) get(t testing.TB) []string {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.paths != nil {
		return p.paths
	}
	folder, remove, err := tempDir()
	if err != nil {
		t.Fatal(err)
	}
	atEnd.add(remove)
	bazel := Lasting(t, ".")
	var labels []string
	names := []string{"strata", "strata-deploy", "strata-object", "strata-script"}
	for _, name := range names {
		labels = append(labels, "//rules/private/toolchain:"+name)
	}
	bazel.Build(t, labels...)
	var paths []string
	for i, name := range names {
		path := filepath.Join(folder, name)
		output := bazel.Output(t, labels[i], "")
		info, err := os.Stat(output)
		if err == nil {
			err = copyFile(output, path, info)
		}
		if err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	p.paths = paths
	return paths
}
