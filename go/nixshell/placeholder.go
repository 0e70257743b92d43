package nixshell

import (
	"crypto/sha256"
	"maps"
	"slices"
	"strings"

	"github.com/rules-strata/rules_strata/go/derivation"
	"github.com/rules-strata/rules_strata/go/store"
)

// placeholder is what Nix's builtins.placeholder gives for an output: it stands
// for the output's path until the build.
func placeholder(output string) string {
	sum := sha256.Sum256([]byte("nix-output:" + output))
	return "/" + store.Base32(sum[:])
}

// withPaths is a copy of the derivation in which the placeholders of its
// outputs are replaced by their paths.
func withPaths(d *derivation.Derivation) *derivation.Derivation {
	var pairs []string
	for _, name := range d.OutputNames() {
		if p := d.Outputs[name].Path; p != "" {
			pairs = append(pairs, placeholder(name), string(p))
		}
	}
	replacer := strings.NewReplacer(pairs...)
	out := *d
	out.Builder = replacer.Replace(d.Builder)
	out.Args = slices.Clone(d.Args)
	for i, arg := range out.Args {
		out.Args[i] = replacer.Replace(arg)
	}
	out.Env = maps.Clone(d.Env)
	for name, value := range out.Env {
		out.Env[name] = replacer.Replace(value)
	}
	out.StructuredAttrs = replacer.Replace(d.StructuredAttrs)
	return &out
}
