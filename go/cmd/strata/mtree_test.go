package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/command"
)

// TestMtreeStep: the store, the links to the contents, and nothing else.
func TestMtreeStep(t *testing.T) {
	c := generate(t)
	c.build(t, "2")
	description := c.describe(t, nil)
	out := filepath.Join(t.TempDir(), "mtree")
	c.step(t, "mtree", "--image", description, "--out", out)
	text := readFile(t, out)
	if !strings.HasPrefix(text, "#mtree\n. type=dir mode=0755 uid=0 gid=0 time=1.000000000\n./bin type=") {
		t.Errorf("got %s", text)
	}
	app := "." + appPath
	for _, want := range []string{
		"./bin/app type=link mode=0777 uid=0 gid=0 time=1.000000000 link=" + appPath + "/bin/app",
		"./nix/store type=dir mode=0755 uid=0 gid=0 time=1.000000000",
		app + " type=dir mode=0555 uid=0 gid=0 time=1.000000000",
		app + "/bin/tool type=link mode=0777 uid=0 gid=0 time=1.000000000 link=app",
		app + "/share/app/data type=file mode=0444 uid=0 gid=0 size=40000 time=1.000000000",
	} {
		if !strings.Contains(text, "\n"+want+"\n") {
			t.Errorf("no line %q in\n%s", want, text)
		}
	}
	again := filepath.Join(t.TempDir(), "mtree")
	c.step(t, "mtree", "--image="+description, "--out="+again)
	if readFile(t, again) != text {
		t.Error("another time, another text")
	}
}

// TestMtreeOnBase: what replaces an object of the base is there, and no
// whiteout.
func TestMtreeOnBase(t *testing.T) {
	single := generate(t)
	single.build(t, "99")
	replacing := onBase(t, single)
	out := filepath.Join(t.TempDir(), "mtree")
	replacing.step(t, "mtree", "--image", replacing.describeOn(t, single), "--out", out)
	text := readFile(t, out)
	if strings.Contains(text, ".wh.") || strings.Contains(text, "."+appPath+"/share") || !strings.Contains(text, "."+appPath+"/bin/app type=file") {
		t.Errorf("got %s", text)
	}
}

// TestMtreeOfChangedLayer: an image whose files are others now is an error, and
// leaves no output.
func TestMtreeOfChangedLayer(t *testing.T) {
	c := generate(t)
	c.build(t, "99")
	description := c.describe(t, nil)
	c.nars[appPath] = treeNAR(t, "bin/", "bin/app=new")
	c.describe(t, nil)
	out := filepath.Join(t.TempDir(), "mtree")
	status, text := strata("mtree", "--image", description, "--out", out)
	if status != command.ExitBadInput || !strings.HasPrefix(text, "strata mtree: "+description+": layer ") || !strings.Contains(text, "build it again") {
		t.Errorf("status %d: %s", status, text)
	}
	if _, err := os.Stat(out); err == nil {
		t.Error("there is an output")
	}
}
