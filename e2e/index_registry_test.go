//go:build e2e

package e2e

import (
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/validate"

	"github.com/rules-strata/rules_strata/e2e/harness"
)

// TestIndexInARegistry: skopeo copies the layout to a registry, which serves
// the index under the digest that the build says, and nothing is wrong with
// what it serves: this is what `crane validate --remote` does.
func TestIndexInARegistry(t *testing.T) {
	harness.Lane(t, "index")
	w := indexes(t)
	i, registry := w.image("split"), harness.StartRegistry(t)
	digest := line(t, i.stem+".digest")
	equal(t, "digest", registry.Push(t, i.stem+".oci:v1", "index/hello"), digest)
	ref, err := name.NewDigest(registry.Address+"/index/hello@"+digest, name.Insecure)
	if err != nil {
		t.Fatal(err)
	}
	index, err := remote.Index(ref, remote.WithContext(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	if err := validate.Index(index); err != nil {
		t.Error(err)
	}
	for _, arch := range []string{"amd64", "arm64"} {
		said := harness.Exec("skopeo", "--override-arch", arch, "inspect", "--tls-verify=false", "--format", "{{.Architecture}}", "docker://"+ref.Name()).Run(t).Must(t).Stdout
		equal(t, "architecture that skopeo finds", said, arch+"\n")
	}
}
