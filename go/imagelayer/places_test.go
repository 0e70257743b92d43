package imagelayer_test

import (
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/archive"
	"github.com/rules-strata/rules_strata/go/imagelayer"
)

// TestPlacesOfTheBuild: what a base and the copied files have in the
// directories that a script sees as the build's own stays as it is.
func TestPlacesOfTheBuild(t *testing.T) {
	places := []archive.Layer{layerOf(t,
		dir("build/", 0o755), file("build/app", "app"), dir("dev/", 0o755), file("dev/x", ""), dir("proc/", 0o555), dir("sys/", 0o555),
		dir("nix/", 0o755), dir("nix/store/", 0o755), file("nix/store/x", "x"),
	)}
	for _, test := range []struct{ name, script, extra, want string }{
		{"nothing", "true", "", "./"},
		{"a build directory in the layer", "true", "mkdir build; echo > build/new", "./ build/ build/new"},
		{"files there", "echo > /dev/shm-file; echo > /build/x; ls -lR / > /dev/null", "", "./"},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := mustBuild(t, imagelayer.Image{Base: places, RunAsRoot: test.script, ExtraCommands: test.extra})
			if got := strings.Join(m.entries, " "); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
	t.Run("a link at the place", func(t *testing.T) {
		m := mustBuild(t, imagelayer.Image{Base: []archive.Layer{layerOf(t, symlink("build", "srv"))}, RunAsRoot: "true"})
		if got := strings.Join(m.entries, " "); got != "./" {
			t.Errorf("got %s", got)
		}
	})
	t.Run("copied files there", func(t *testing.T) {
		records := []string{"file|0444|build/x|data", "file|0444|dev/y|data", "file|0444|proc/q|data", "file|0444|sys/r|data", "file|0444|tmp/z|data", "file|0444|nix/store/q|data"}
		without := mustBuild(t, imagelayer.Image{Pool: newPool(t, records...), Copy: app})
		with := mustBuild(t, imagelayer.Image{Pool: newPool(t, records...), Copy: app, Base: places, RunAsRoot: "test ! -e /dev/y; echo > /made"})
		want := strings.Join(append(without.entries, "made"), " ")
		got := strings.Join(with.entries, " ")
		for name := range strings.SplitSeq(want, " ") {
			if !strings.Contains(" "+got+" ", " "+name+" ") {
				t.Errorf("%s is not in the layer: %s", name, got)
			}
		}
	})
	t.Run("a broken store", func(t *testing.T) {
		_, err := build(t, imagelayer.Image{Base: []archive.Layer{layerOf(t, file("nix", "x"))}, RunAsRoot: "true"})
		if want := "a place that the scripts need is not a directory in the base image"; err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	})
}

// TestFilesLinkedIntoTheStore: build_image makes hard links of copies and files
// of store objects; the copies can be changed all the same.
func TestFilesLinkedIntoTheStore(t *testing.T) {
	object := "nix/store/1123456789abcdfghijklmnpqrsvwxyz-old"
	linked := []archive.Layer{layerOf(t,
		dir("bin/", 0o755), file("bin/hello", "hello"),
		dir("nix/", 0o755), dir("nix/store/", 0o755), dir(object+"/", 0o555), dir(object+"/bin/", 0o555), hardlink(object+"/bin/hello", "bin/hello"),
	)}
	for _, script := range []string{
		"chmod 700 /bin/hello; ls -lR /nix > /dev/null",
		"ls -lR /nix > /dev/null; chmod 700 /bin/hello",
		"ls -lR /nix > /dev/null; chown -R 5:6 /bin",
		"ls -lR /nix > /dev/null; echo x > /bin/hello",
		"ls -lR /nix > /dev/null; mv /bin/hello /bin/hullo; mv /bin/hullo /bin/hello; touch /bin/hello; chmod 700 /bin/hello",
	} {
		t.Run(script, func(t *testing.T) {
			m := mustBuild(t, imagelayer.Image{Base: linked, RunAsRoot: script})
			if got := strings.Join(m.entries, " "); got != "./ bin/ bin/hello" {
				t.Errorf("got %s", got)
			}
		})
	}
	m := mustBuild(t, imagelayer.Image{Base: linked, RunAsRoot: "ls -lR /nix > /dev/null; rm /bin/hello; cat /" + object + "/bin/hello > /dev/null"})
	if got := strings.Join(m.entries, " "); got != "./ bin/ bin/.wh.hello" {
		t.Errorf("got %s", got)
	}
}

// TestStoreStaysInPlace: the directory in which the store is cannot be moved.
func TestStoreStaysInPlace(t *testing.T) {
	base := []archive.Layer{layerOf(t, dir("nix/", 0o755), dir("nix/store/", 0o755), dir("nix/var/", 0o755))}
	_, err := build(t, imagelayer.Image{Base: base, RunAsRoot: "mv /nix /x"})
	if err == nil {
		t.Fatal("no error")
	}
	m := mustBuild(t, imagelayer.Image{Base: base, RunAsRoot: "mv /nix/var /x; ! mv /nix /y 2> /dev/null"})
	if got := strings.Join(m.entries, " "); got != "./ nix/ nix/.wh.var x/" {
		t.Errorf("got %s", got)
	}
}
