//go:build e2e

package e2e

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/rules-strata/rules_strata/e2e/harness"
)

// TestBuiltElsewhereTheSameImage: the image that is built in another checkout,
// in another output base, on one CPU, by one action at a time and out of no
// cache, is the image that is built here with all CPUs.
func TestBuiltElsewhereTheSameImage(t *testing.T) {
	harness.Lane(t)
	harness.Need(t, harness.CPUAffinity)
	here := hello(t)
	elsewhere := harness.Temporary(t, harness.CopyCheckout(t))
	elsewhere.Prefix = []string{"taskset", "--cpu-list", "0"}
	elsewhere.Flags = []string{"--disk_cache=", "--jobs=1"}
	spawns := elsewhere.Spawns(t, "--output_groups=config", here.label)
	if i := slices.IndexFunc(spawns, func(s harness.Spawn) bool { return s.CacheHit }); i >= 0 {
		t.Errorf("%s came from a cache", spawns[i])
	}
	for _, mnemonic := range []string{"GoStdlib", "GoLink", "ObjectLayer", "ImageConfig"} {
		if len(only(mnemonic, spawns)) == 0 {
			t.Errorf("no action %s ran", mnemonic)
		}
	}
	stem := elsewhere.Output(t, "//examples/hello:hello_image", "")
	if filepath.Clean(stem) == filepath.Clean(here.stem) {
		t.Fatal("it was built here")
	}
	equal(t, "config.json", harness.ReadFile(t, stem+".config.json"), harness.ReadFile(t, here.stem+".config.json"))
}
