//go:build e2e

package e2e

import (
	"archive/tar"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/e2e/harness"
)

// merged loads a file of several images, which must have the names, in their
// order.
func (a *acceptance) merged(t *testing.T, label, suffix string, refs ...string) []image {
	t.Helper()
	var images []image
	for _, ref := range refs {
		a.docker.Remove(t, ref)
		images = append(images, a.image(label, ref))
	}
	equal(t, "the names that Docker loads", strings.Join(a.docker.Load(t, images[0].stem+suffix), " "), strings.Join(refs, " "))
	listed := a.names(t)
	for _, ref := range refs {
		if !slices.Contains(listed, ref) {
			t.Errorf("docker lists %q, want %s", listed, ref)
		}
	}
	return images
}

func TestRow30BashAndRedis(t *testing.T) {
	harness.Lane(t, "acceptance")
	a := accept(t)
	images := a.merged(t, "//merged:merged_bash_and_redis", ".tar.gz", "bash:latest", "redis:latest")
	contains(t, "bash --version", a.run(t, images[0], "bash", "--version"), "GNU bash")
	checkRedis(t, a, images[1])
}

func TestRow31BashNoTagAndRedis(t *testing.T) {
	harness.Lane(t, "acceptance")
	a := accept(t)
	ref := "bash-no-tag:" + a.image("//single:bash_no_tag", "").tag(t)
	images := a.merged(t, "//merged:merged_bash_no_tag_and_redis", ".tar.gz", ref, "redis:latest")
	contains(t, "bash --version", a.run(t, images[0], "bash", "--version"), "GNU bash")
	checkRedis(t, a, images[1])
}

func TestRow32BashFakeRoot(t *testing.T) {
	harness.Lane(t, "acceptance")
	a := accept(t)
	images := a.merged(t, "//merged:merged_bash_fake_root", ".tar.gz", "bash:latest", "layered-image-with-fake-root-commands:latest")
	equal(t, "owner of /home/alice", a.run(t, images[1], "stat", "-c", "%u", "/home/alice"), "1000\n")
	equal(t, "the container says", a.run(t, images[1], "/hello/bin/layeredImageWithFakeRootCommands-hello"), greeting)
	contains(t, "bash --version", a.run(t, images[0], "bash", "--version"), "GNU bash")
}

func TestRow33VaryingCompressor(t *testing.T) {
	harness.Lane(t, "acceptance")
	a := accept(t)
	images := a.merged(t, "//merged:merge_varying_compressor", ".tar.gz", "redis:latest", "bash-none:latest", "bash-zstd:latest")
	for _, image := range images[1:] {
		contains(t, "bash --version", a.run(t, image, "/bin/bash", "--version"), "GNU bash")
	}
}

func TestRow34ExportBash(t *testing.T) {
	harness.Lane(t, "acceptance")
	a := accept(t)
	file := a.image("//merged:export_bash", "").stem + ".tar"
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var names []string
	for r := tar.NewReader(f); ; {
		h, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, h.Name)
	}
	if !slices.Contains(names, "./bin/bash") {
		t.Errorf("%s has %q, want ./bin/bash", file, names)
	}
	const ref = "strata-exported:latest"
	a.docker.Run(t, "import", file, ref).Must(t)
	defer a.docker.Remove(t, ref)
	contains(t, "bash --version", a.docker.RunImage(t, ref, "/bin/bash", "--version").Must(t).Stdout, "GNU bash")
}
