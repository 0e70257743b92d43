//go:build e2e

package e2e

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rules-strata/rules_strata/e2e/harness"
)

// What programs of a language need of an image, as paths of the tests' root;
// the libraries that they are linked with come along. Busybox has the commands
// of a shell.
var (
	shellBase  = []string{"/usr/bin/bash", "/usr/bin/busybox"}
	cppBase    = []string{"/usr/lib/x86_64-linux-gnu/libstdc++.so.6"}
	pythonBase = append([]string{"/usr/bin/python3"}, shellBase...)
)

// makeRoot copies files, what they are linked with, and a Python's library.
const makeRoot = `
	to=$1
	shift
	for file in "$@"; do
		cp --parents --dereference "$file" "$to"
		ldd "$file" | sed -n 's/.*=> \(\/[^ ]*\) .*/\1/p; s/^[[:space:]]*\(\/[^ ]*\) .*/\1/p'
	done | sort -u | while read -r library; do cp --parents --dereference "$library" "$to"; done
	cd "$to"
	if [ -e usr/bin/busybox ]; then
		ln -s usr/bin bin
		for command in awk basename cat cut dirname env grep head ls readlink sed sh sort tail tr uname which; do
			ln -s busybox "usr/bin/$command"
		done
	fi
	if [ -e usr/bin/python3 ]; then
		library=$(python3 -c 'import os; print(os.path.dirname(os.__file__))')
		cp -R --parents "$library" .
		cd "./$library"
		rm -rf test idlelib ensurepip config-*
		find . -name __pycache__ -prune -exec rm -rf {} +
	fi`

// writeBase writes an image with programs of the tests' root, as a docker
// archive.
func writeBase(t *testing.T, file string, programs []string) {
	t.Helper()
	dir := harness.TempDir(t)
	root, layer := filepath.Join(dir, "root"), filepath.Join(dir, "layer.tar")
	if err := os.MkdirAll(root, 0o755); err != nil {
		t.Fatal(err)
	}
	harness.Exec(append([]string{"sh", "-ec", makeRoot, "sh", root}, programs...)...).Run(t).Must(t)
	harness.Exec("tar", "-C", root, "-cf", layer, "--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner", ".").Run(t).Must(t)
	text := harness.ReadFile(t, layer)
	config := jsonText(t, object{
		"os": "linux", "architecture": "amd64",
		"config": object{"Env": []string{"PATH=/usr/bin:/bin", "FROM_BASE=yes"}},
		"rootfs": object{"type": "layers", "diff_ids": []string{harness.DigestOf(text)}},
	})
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	harness.WriteFile(t, file, archiveOf(t, config, text))
}

// writeBases writes the package bases of a workspace: an image for each name.
func writeBases(t *testing.T, workspace string, bases map[string][]string) {
	t.Helper()
	for name, programs := range bases {
		writeBase(t, filepath.Join(workspace, "bases", name+".tar"), programs)
	}
	harness.WriteFile(t, filepath.Join(workspace, "bases/BUILD.bazel"), `exports_files(glob(["*.tar"]))`+"\n")
}
