//go:build e2e

package e2e

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/e2e/harness"
)

// nixLayered loads the image that has Nix and a database.
func nixLayered(t *testing.T, a *acceptance) image {
	t.Helper()
	return a.gz(t, "//nix:nix_layered", "nix-layered:"+a.image("//nix:nix_layered", "").tag(t))
}

func TestRow06NixDatabase(t *testing.T) {
	harness.Lane(t, "acceptance")
	a := accept(t)
	image, nix := nixLayered(t, a), a.lab.Path(t, "nix")
	equal(t, "nix-store -qR", sorted(a.run(t, image, "nix-store", "-qR", nix)), strings.Join(a.lab.Closure(nix), "\n"))
	single := a.gz(t, "//nix:nix", "nix:latest")
	equal(t, "nix-store -qR with copied files", sorted(a.run(t, single, "nix-store", "-qR", nix)), strings.Join(a.lab.Closure(nix), "\n"))
	// The row nix-layered of the nix shells.
	bash := a.lab.Path(t, "bash")
	equal(t, "nix-store -q --references", sorted(a.run(t, image, "nix-store", "-q", "--references", "/bin/bash")), sorted(strings.Join(a.lab.Objects[bash].References, "\n")))
	// The folder that keeps the contents alive.
	equal(t, "roots", sorted(a.run(t, image, "ls", "/nix/var/nix/gcroots/docker")), sorted(strings.Join([]string{
		filepath.Base(nix), filepath.Base(a.lab.Path(t, "bash")),
		filepath.Base(a.lab.Path(t, "coreutils")), filepath.Base(a.lab.Path(t, "busybox")),
	}, "\n")))
}

func TestRow08RelativeLinks(t *testing.T) {
	harness.Lane(t, "acceptance")
	a := accept(t)
	image, nix := nixLayered(t, a), a.lab.Path(t, "nix")
	equal(t, "nix-daemon in the store", a.run(t, image, "readlink", nix+"/bin/nix-daemon"), "nix\n")
	equal(t, "nix-daemon in the root", a.run(t, image, "readlink", "/bin/nix-daemon"), "nix\n")
	single := a.gz(t, "//nix:nix", "nix:latest")
	equal(t, "nix-daemon in the store, with copied files", a.run(t, single, "readlink", nix+"/bin/nix-daemon"), "nix\n")
	contains(t, "nix-daemon --version", a.run(t, image, "nix-daemon", "--version"), "nix-daemon (Nix)")
}

func TestRow25FilesInStore(t *testing.T) {
	harness.Lane(t, "acceptance")
	a := accept(t)
	image := a.gz(t, "//nix:file_in_store", "file-in-store:latest")
	const verify = "nix-store --verify --check-contents"
	bash, coreutils := a.lab.Path(t, "bash")+"/bin/bash", a.lab.Path(t, "coreutils")
	a.run(t, image, bash, "-c", verify)
	if r := a.docker.RunImage(t, image.ref, bash, "-c", "echo more >> "+coreutils+"/share/uses && "+verify); r.Status == 0 || !strings.Contains(r.Stderr, coreutils) {
		t.Errorf("Nix does not see that an object was changed: %s", r)
	}
	equal(t, "the container says", a.run(t, image), "some data\n")
}

func TestRow27StoreSymlink(t *testing.T) {
	harness.Lane(t, "acceptance")
	a := accept(t)
	image := a.gz(t, "//nix:layered_store_symlink", "layered-store-symlink:latest")
	symlink := a.lab.Path(t, "symlink")
	a.run(t, image, "bash", "-c", "test -L "+symlink)
	equal(t, "a file through the link", a.run(t, image, "bash", "-c", "echo $(</dir/target)"), "Content doesn't matter.\n")
}
