//go:build e2e

package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/rules-strata/rules_strata/e2e/harness"
)

// shellBuilder builds the workspace e2e/nix_shell once.
var shellBuilder struct {
	mu    sync.Mutex
	built *harness.Bazel
}

// nixEnvironment lets Nix build where there are no build users.
const nixEnvironment = "NIX_CONFIG=sandbox = false\nbuild-users-group =\nsubstituters =\n"

// shellWorkspace is a copy of the workspace e2e/nix_shell, built.
func shellWorkspace(t *testing.T) harness.Bazel {
	t.Helper()
	lab := harness.Nix(t)
	shellBuilder.mu.Lock()
	defer shellBuilder.mu.Unlock()
	if shellBuilder.built == nil {
		bazel := harness.LastingCopy(t, "e2e/nix_shell")
		bazel.Env = []string{"BAZELW_MODE=private", nixEnvironment}
		harness.WriteFile(t, filepath.Join(bazel.Dir, "lab.nix"), labExpression(t, lab))
		// A link that leads nowhere is not in the way of the files that are followed.
		if err := os.Symlink("/nowhere", filepath.Join(bazel.Dir, "dangling")); err != nil {
			t.Fatal(err)
		}
		// Makes the link hello.drv.
		instantiate := harness.Exec("nix-instantiate", "default.nix", "-A", "hook", "--add-root", "hello.drv")
		instantiate.Dir, instantiate.Env = bazel.Dir, []string{nixEnvironment}
		instantiate.Run(t).Must(t)
		show := harness.Exec("nix", "--extra-experimental-features", "nix-command", "derivation", "show", "./hello.drv")
		show.Dir, show.Env = bazel.Dir, []string{nixEnvironment}
		harness.WriteFile(t, filepath.Join(bazel.Dir, "shown.json"), show.Run(t).Must(t).Stdout)
		bazel.Build(t, "//...")
		shellBuilder.built = &bazel
	}
	return *shellBuilder.built
}

// labExpression is a Nix expression with the store paths of some objects.
func labExpression(t *testing.T, lab *harness.NixLab) string {
	t.Helper()
	paths := map[string]string{"hello": lab.Path(t, "hello"), "static": lab.Path(t, "static")}
	for path := range lab.Objects {
		for _, name := range []string{"bash", "coreutils"} {
			if strings.HasSuffix(path, "-"+name+"-lab") {
				paths[name] = path
			}
		}
	}
	var text strings.Builder
	text.WriteString("{\n")
	for _, name := range []string{"bash", "coreutils", "hello", "static"} {
		fmt.Fprintf(&text, "  %s = builtins.storePath %q;\n", name, paths[name])
	}
	text.WriteString("}\n")
	return text.String()
}

// TestNixShell: the rows on nix shells of dockerTools' own tests, and what is
// beyond them.
func TestNixShell(t *testing.T) {
	harness.Lane(t, "nix_shell")
	docker := harness.Docker(t, harness.ClassicStore)
	bazel := shellWorkspace(t)
	bin := bazel.Bin(t)
	for _, test := range []struct {
		name, row, ref string
		args           []string
		want           string
	}{
		{"basic", "nix-shell-basic", "hello-2.12-env:latest", []string{"bash", "-c", "buildDerivation && $out/bin/hello"}, greeting},
		{"basic", "a command of CI, with what the setup puts into PATH", "hello-2.12-env:latest", []string{"nixShell", "id", "-u"}, "1000\n"},
		{"hook", "nix-shell-hook", "shell-hook:latest", nil, "This is the shell hook!\n"},
		{"inputs", "nix-shell-inputs", "shell-inputs:latest", nil, greeting},
		{"pass_as_file", "nix-shell-pass-as-file", "shell-pass-as-file:latest", nil, "this is a string"},
		{"run", "nix-shell-run", "shell-run:latest", nil, "This shell is not interactive\n"},
		{"command", "nix-shell-command", "shell-command:latest", nil, "This shell is interactive\n"},
		{"writable_home", "nix-shell-writable-home", "shell-writable-home:latest", nil, "x\n"},
		{"nonexistent_home", "nix-shell-nonexistent-home", "shell-nonexistent-home:latest", nil, "/homeless-shelter\n"},
		{"build_derivation", "nix-shell-build-derivation", "shell-build-derivation:latest", nil, greeting},
		{"structured", "structured attributes", "shell-structured:latest", nil, "value\n" + greeting},
		{"linked", "a derivation given by a link, and an object in the command", "shell-linked:latest", nil, "This is the shell hook!\n" + greeting},
		{"programs", "env and certificates", "shell-programs:latest", nil, "/etc/ssl/certs/ca-bundle.crt\n"},
		{"of_shown", "a derivation as nix derivation show prints it, with inputs given by hand", "shell-of-shown:latest", nil, "This is the shell hook!\n" + greeting},
		{"sourced", "a source of the package's name", "shell-sourced:latest", nil, "no archive"},
		{"extra", "extra packages and a hook", "shell-extra:latest", nil, greeting + "by-the-hook\n"},
	} {
		t.Run(test.row, func(t *testing.T) {
			i := image{bazel: bazel, label: "//:" + test.name, stem: filepath.Join(bin, test.name), ref: test.ref}
			docker.Load(t, i.archive(t))
			defer docker.Remove(t, i.ref)
			// With a terminal, since the shell is interactive only where it has one.
			args := append([]string{"run", "--rm", "--network=none", "--tty", i.ref}, test.args...)
			equal(t, "the container says", strings.ReplaceAll(docker.Run(t, args...).Must(t).Stdout, "\r\n", "\n"), test.want)
		})
	}
	t.Run("what is built is not in the image", func(t *testing.T) {
		archive := harness.ReadArchive(t, image{bazel: bazel, stem: filepath.Join(bin, "basic")}.archive(t))
		for _, layer := range archive.Layers {
			for _, path := range storePaths(layer.Entries(t)) {
				if strings.HasSuffix(path, "-hello-2.12") {
					t.Errorf("%s is in the image", path)
				}
			}
		}
	})
	t.Run("a fixed-output derivation is refused", func(t *testing.T) {
		contains(t, "the error", bazel.Run(t, "build", "//:of_fixed").MustFail(t, 1).Stderr, "fixed-output")
	})
	t.Run("an input is missing", func(t *testing.T) {
		stderr := bazel.Run(t, "build", "//:of_forgetful").MustFail(t, 1).Stderr
		contains(t, "the error", stderr, "-hello-lab (in its sources), which the image does not have: add it to inputs of the nix_derivation")
	})
}

// TestNixBuild: what Nix builds, of a file and of a flake, is an image, and is
// built again after an edit.
func TestNixBuild(t *testing.T) {
	harness.Lane(t, "nix_shell")
	docker := harness.Docker(t, harness.ClassicStore)
	bazel := shellWorkspace(t)
	flaked := image{bazel: bazel, label: "//:flaked_image", stem: filepath.Join(bazel.Bin(t), "flaked_image")}
	contains(t, "store paths", fmt.Sprint(plannedLayers(t, flaked)), "-greeting-1.0")
	i := image{bazel: bazel, label: "//:built_image", stem: filepath.Join(bazel.Bin(t), "built_image"), ref: "built_image:latest"}
	docker.Load(t, i.archive(t))
	defer docker.Remove(t, i.ref)
	equal(t, "the container says", docker.RunImage(t, i.ref).Must(t).Stdout, greeting)
	before := i.imageID(t)
	builder := filepath.Join(bazel.Dir, "builder.sh")
	harness.WriteFile(t, builder, harness.ReadFile(t, builder)+"echo edited > $out/edited\n")
	bazel.Build(t, i.label)
	if i.imageID(t) == before {
		t.Error("the edit of a file that the expression copies is not seen")
	}
	before = flaked.imageID(t)
	harness.WriteFile(t, filepath.Join(bazel.Dir, "greeting.nix"), "\"edited\"\n")
	bazel.Build(t, flaked.label)
	if flaked.imageID(t) == before {
		t.Error("the edit of a file of the flake is not seen")
	}
}
