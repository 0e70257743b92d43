package download

import (
	"testing"

	"github.com/rules-strata/rules_strata/go/registry"
)

// TestAnnotations: the names are those that engines show.
func TestAnnotations(t *testing.T) {
	for text, want := range map[string][2]string{
		"debian":                      {"docker.io/library/debian:latest", "latest"},
		"nixos/nix:2.19":              {"docker.io/nixos/nix:2.19", "2.19"},
		"registry.example:5000/a/b:c": {"registry.example:5000/a/b:c", "c"},
	} {
		ref, err := registry.ParseReference(text, false)
		if err != nil {
			t.Fatal(err)
		}
		got, err := annotations(ref)
		if err != nil || got["io.containerd.image.name"] != want[0] || got["org.opencontainers.image.ref.name"] != want[1] {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
}
