//go:build e2e

package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/rules-strata/rules_strata/e2e/harness"
)

// bigRegistries stands before a registry for docker.io and quay.io, which give
// tokens to everybody, and returns the rules for Bazel's downloader that lead
// there.
func bigRegistries(t *testing.T, registry *harness.Registry) (rules string) {
	t.Helper()
	behind := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: registry.Address})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/token" || r.URL.Path == "/v2/auth" {
			fmt.Fprintln(w, `{"token": "anybody"}`)
			return
		}
		behind.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	rules = filepath.Join(harness.TempDir(t), "downloader.cfg")
	var text strings.Builder
	for _, host := range []string{"auth.docker.io", "registry-1.docker.io", "quay.io"} {
		fmt.Fprintf(&text, "rewrite %s/(.*) %s/$1\n", host, server.URL)
	}
	harness.WriteFile(t, rules, text.String())
	return rules
}

// TestDockertoolsPull: the manual's examples of pullImage, by their anchors.
// The workspace is the example's with other digests, since those of the manual
// are of images that only docker.io and quay.io have.
func TestDockertoolsPull(t *testing.T) {
	harness.Lane(t)
	docker := harness.Docker(t, harness.ClassicStore)
	registry, images := harness.StartRegistry(t), newPulledImages(t)
	bazel := harness.Temporary(t, harness.CopyWorkspace(t, "examples/dockertools/pull"), "BAZELW_MODE=private", "DOCKER_HOST="+docker.Host)
	bazel.Flags = append(bazel.Flags, "--repository_cache="+harness.TempDir(t), "--repo_env=DOCKER_CONFIG="+harness.TempDir(t), "--repo_env=XDG_RUNTIME_DIR=",
		"--experimental_downloader_config="+bigRegistries(t, registry))
	module := filepath.Join(bazel.Dir, "MODULE.bazel")
	for _, example := range []struct{ anchor, repository, digest, label, ref string }{
		{"ex-dockerTools-pullImage-niximage", "nixos/nix", "sha256:b8ea88f763f33dfda2317b55eeda3b1a4006692ee29e60ee54ccf6d07348c598", "//:nix", "nix:2.19.3"},
		{"ex-dockerTools-pullImage-differentregistry", "coreos/etcd", "sha256:24a23053f29266fb2731ebea27f915bb0fb2ae1ea87d42d890fe4e44f2e27c5d", "//:etcd", "etcd:v3.5.11"},
	} {
		pushed := registry.Push(t, layoutWith(t, indexOf(t, map[string]v1.Image{
			"amd64": images.image(t, amd64, types.OCIManifestSchema1, example.ref),
			"arm64": images.image(t, arm64, types.OCIManifestSchema1, example.ref),
		})), example.repository)
		text := harness.ReadFile(t, module)
		if !strings.Contains(text, example.digest) {
			t.Fatalf("MODULE.bazel does not have the manual's digest %s", example.digest)
		}
		harness.WriteFile(t, module, strings.ReplaceAll(text, example.digest, pushed))
		t.Run(example.anchor, func(t *testing.T) {
			contains(t, "bazel run", bazel.Run(t, "run", example.label).Must(t).Stdout, "Loaded image: "+example.ref+"\n")
			defer docker.Remove(t, example.ref)
			equal(t, "the container says", docker.RunImage(t, example.ref).Must(t).Stdout, example.ref+"\n")
		})
		if example.repository == "nixos/nix" {
			t.Run("the archive that pullImage makes", func(t *testing.T) {
				bazel.Build(t, "//:nix_archive")
				files := bazel.Run(t, "cquery", "--output=files", "//:nix_archive").Must(t).Stdout
				root := strings.TrimSpace(bazel.Run(t, "info", "execution_root").Must(t).Stdout)
				equal(t, "names", strings.Join(docker.Load(t, filepath.Join(root, strings.TrimSpace(files))), " "), example.ref)
				docker.Remove(t, example.ref)
			})
			t.Run("ex-dockerTools-pullImage-nixprefetchdocker", func(t *testing.T) {
				said := harness.Lasting(t, ".").Run(t, "run", "//tools:prefetch", "--",
					"--image-name", registry.Address+"/nixos/nix", "--image-tag", "latest", "--arch", "amd64", "--os", "linux").Must(t).Stdout
				for _, line := range []string{`name = "nix",`, `image_digest = "` + pushed + `",`, `os = "linux",`, `arch = "amd64",`} {
					contains(t, "what prefetch prints", said, line)
				}
			})
		}
	}
}

// TestDockertoolsNixShell: the manual's examples of buildNixShellImage and
// streamNixShellImage, by their anchors, with a <nixpkgs> of two packages.
func TestDockertoolsNixShell(t *testing.T) {
	harness.Lane(t)
	lab, docker := harness.Nix(t), harness.Docker(t, harness.ClassicStore)
	bazel := nixWorkspace(t, "examples/dockertools/nix_shell", nil)
	bazel.Env = append(bazel.Env, nixEnvironment, "NIX_PATH=nixpkgs="+labNixpkgs(t, lab))
	bazel.Build(t, "//...")
	bin := bazel.Bin(t)
	const ref = "hello-2.12-env:latest"
	builds := []string{"bash", "-c", "buildDerivation && $out/bin/hello"}
	for _, example := range []struct {
		anchor, name string
		args         []string
		want         string
	}{
		{"ex-dockerTools-buildNixShellImage-hello", "built", builds, greeting},
		{"ex-dockerTools-streamNixShellImage-hello", "streamed", builds, greeting},
		{"ex-dockerTools-streamNixShellImage-extendingBuildInputs", "extended", []string{"nixShell", "cowsay", "Hello, world!"}, "< Hello, world! >\n"},
	} {
		t.Run(example.anchor, func(t *testing.T) {
			file := filepath.Join(bin, example.name+".tar.gz")
			if example.name != "built" {
				file = image{stem: filepath.Join(bin, example.name)}.archive(t)
			}
			equal(t, "name", strings.Join(docker.Load(t, file), " "), ref)
			defer docker.Remove(t, ref)
			equal(t, "the container says", docker.RunImage(t, ref, example.args...).Must(t).Stdout, example.want)
		})
	}
	t.Run("ex-dockerTools-streamNixShellImage-addingShellHook", func(t *testing.T) {
		docker.Load(t, image{stem: filepath.Join(bin, "hooked")}.archive(t))
		defer docker.Remove(t, ref)
		// An interactive shell, which then waits for a command.
		id := strings.TrimSpace(docker.Run(t, "run", "--detach", "--interactive", "--tty", "--network", "none", ref).Must(t).Stdout)
		defer func() { docker.Run(t, "rm", "--force", id).Must(t) }()
		a := &acceptance{docker: docker}
		equal(t, "the hook says", a.untilSays(t, id), "Hello, world!")
		equal(t, "running", docker.Run(t, "inspect", "--format", "{{.State.Running}}", id).Must(t).Stdout, "true\n")
	})
}

// untilSays waits for what a container says first, and returns the line.
func (a *acceptance) untilSays(t *testing.T, id string) string {
	t.Helper()
	for range 100 {
		if line, _, ended := strings.Cut(a.docker.Run(t, "logs", id).Must(t).Stdout, "\r\n"); ended {
			return line
		}
		time.Sleep(50 * time.Millisecond)
	}
	return ""
}

// labNixpkgs is a folder for <nixpkgs>, made of e2e/dockertools/nixpkgs and the
// packages of e2e/nix_shell.
func labNixpkgs(t *testing.T, lab *harness.NixLab) string {
	t.Helper()
	dir := filepath.Join(harness.TempDir(t), "nixpkgs")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, from := range map[string]string{
		"builder.sh":   "nix_shell/builder.sh",
		"default.nix":  "dockertools/nixpkgs/default.nix",
		"packages.nix": "nix_shell/default.nix",
	} {
		harness.WriteFile(t, filepath.Join(dir, name), harness.ReadFile(t, filepath.Join(harness.Root(), "e2e", from)))
	}
	harness.WriteFile(t, filepath.Join(dir, "lab.nix"), labExpression(t, lab))
	return dir
}
