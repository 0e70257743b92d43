package scripts

import (
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/scriptfs"
)

func put(t *testing.T, fs *scriptfs.FS, at, text string) {
	t.Helper()
	f, err := fs.OpenFile(at, os.O_WRONLY|os.O_CREATE, 0o640)
	if err == nil {
		_, err = io.WriteString(f, text)
	}
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestShareContents: only equal bytes at the same path are shared, and nothing
// else changes.
func TestShareContents(t *testing.T) {
	b := NewBuild(onlyApp{newPool(t)}, "/nix/store", nil, io.Discard)
	defer b.FS.Close()
	if err := b.Furnish(); err != nil {
		t.Fatal(err)
	}
	if err := b.FS.Mkdir(changedTree, 0o755); err != nil {
		t.Fatal(err)
	}
	const text = "some data\n"
	for _, name := range []string{"same", "other", "longer", "shorter", "link", "written", "moved"} {
		if name == "written" {
			put(t, b.FS, Tree+"/"+name, text)
		} else if err := b.FS.Clone(string(appPath)+"/share/data", Tree+"/"+name, 0o444); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range map[string]string{"same": text, "other": "some date\n", "longer": text + text, "shorter": text[:4], "written": text, "elsewhere": text} {
		put(t, b.FS, changedTree+"/"+name, text)
	}
	if err := b.FS.Symlink("same", changedTree+"/link"); err != nil {
		t.Fatal(err)
	}
	if err := b.shareContents(); err != nil {
		t.Fatal(err)
	}
	var got []string
	if err := b.FS.Walk(changedTree, func(at string, i scriptfs.Info) error {
		if o, ok := b.FS.Origin(at); ok {
			got = append(got, fmt.Sprintf("%s %o from %s", at, i.Mode, o.Path))
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Join(got, ", "), changedTree+"/same 640 from share/data"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
