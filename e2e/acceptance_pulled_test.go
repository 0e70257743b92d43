//go:build e2e

package e2e

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"github.com/rules-strata/rules_strata/e2e/harness"
)

// TestRow09And11PulledImage: an image of a registry loads under the name that
// it was pulled under, and one on it runs. The image is the workspace's own one
// of Nix, since the tests reach no registry but their own.
func TestRow09And11PulledImage(t *testing.T) {
	harness.Lane(t, "acceptance")
	a := accept(t)
	registry := harness.StartRegistry(t)
	layout := filepath.Join(harness.TempDir(t), "layout")
	nix := a.image("//nix:nix_layered", "")
	harness.Exec("skopeo", "--insecure-policy", "copy", "--quiet", "docker-archive:"+nix.stem+".tar.gz", "oci:"+layout).Run(t).Must(t)
	digest := registry.Push(t, layout, "nixos/nix")

	bazel := a.bazel
	bazel.Flags = append(slices.Clone(bazel.Flags), "--repo_env=DOCKER_CONFIG="+harness.TempDir(t))
	module := filepath.Join(bazel.Dir, "pulled.MODULE.bazel")
	before := harness.ReadFile(t, module)
	defer harness.WriteFile(t, module, before)
	harness.WriteFile(t, module, fmt.Sprintf(`pull = use_extension("@rules_strata//rules:extensions.bzl", "pull")
pull.image(
    name = "nix_from_docker_hub",
    final_image_name = "nix",
    final_image_tag = "2.2.1",
    image_digest = %q,
    image_name = "%s/nixos/nix",
    tls_verify = False,
)
use_repo(pull, "nix_from_docker_hub")
`, digest, registry.Address))
	bazel.Build(t, "//pulled:on_top_of_pulled_image")

	pulled := image{bazel: bazel, label: "//pulled:nix_from_docker_hub", ref: "nix:2.2.1"}
	a.docker.Remove(t, pulled.ref)
	pulled.load(t, a.docker)
	contains(t, "nix-store --version", a.run(t, pulled, "nix-store", "--version"), "nix-store (Nix)")

	top := image{bazel: bazel, label: "//pulled:on_top_of_pulled_image", stem: bazel.Output(t, "//pulled:on_top_of_pulled_image", ""), ref: "ontopofpulledimage:latest"}
	a.loaded(t, top, a.docker.Run(t, "load", "--input", top.stem+".tar.gz").Must(t).Stdout)
	equal(t, "the container says", a.run(t, top, "hello"), greeting)
	// hello's store objects are new, those of Nix are the base's.
	equal(t, "layers", len(a.inspect(t, top).RootFS.Layers), len(a.inspect(t, pulled).RootFS.Layers)+1)
}
