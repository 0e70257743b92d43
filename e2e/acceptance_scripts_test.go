//go:build e2e

package e2e

import (
	"path/filepath"
	"testing"

	"github.com/rules-strata/rules_strata/e2e/harness"
)

func TestRow24NoStorePaths(t *testing.T) {
	harness.Lane(t, "acceptance")
	a := accept(t)
	image := a.gz(t, "//scripts:no_store_paths", "no-store-paths:latest")
	equal(t, "what the tool wrote", a.run(t, image, "cat", "/greeting"), greeting)
	equal(t, "the store", a.run(t, image, "ls", "/nix/store"), filepath.Base(a.lab.Path(t, "busybox"))+"\n")
	if r := a.docker.RunImage(t, image.ref, "hello"); r.Status == 0 {
		t.Errorf("a tool of the build is in the image: %s", r)
	}
}

func TestRow29FakeRootCommands(t *testing.T) {
	harness.Lane(t, "acceptance")
	a := accept(t)
	image := a.gz(t, "//scripts:layered_image_with_fake_root_commands", "layered-image-with-fake-root-commands:latest")
	equal(t, "owner of /home/alice", a.run(t, image, "stat", "-c", "%u", "/home/alice"), "1000\n")
	equal(t, "the container says", a.run(t, image, "/hello/bin/layeredImageWithFakeRootCommands-hello"), greeting)
}

func TestRow35FakeChroot(t *testing.T) {
	harness.Lane(t, "acceptance")
	a := accept(t)
	image := a.stream(t, "//scripts:image_via_fake_chroot", "image-via-fake-chroot:latest")
	equal(t, "the container says", a.run(t, image), greeting)
}

func TestRow38Etc(t *testing.T) {
	harness.Lane(t, "acceptance")
	a := accept(t)
	image := a.gz(t, "//scripts:etc", "etc:latest")
	contains(t, "/etc/some-config-file", a.run(t, image), "localhost")
	equal(t, "its owner and mode", a.run(t, image, a.lab.Path(t, "busybox")+"/bin/stat", "-c", "%u:%g %a", "/etc/some-config-file"), "0:0 755\n")
}

func TestRow40Chown(t *testing.T) {
	harness.Lane(t, "acceptance")
	a := accept(t)
	image := a.stream(t, "//scripts:chown_test_image", "chown-test:latest")
	equal(t, "owner of /testfile", a.run(t, image), "12345:12345\n")
}
