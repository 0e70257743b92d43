package customisation

import (
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/object"
	"github.com/rules-strata/rules_strata/go/scriptfs"
	"github.com/rules-strata/rules_strata/go/store"
)

const toolPath = store.Path("/nix/store/" + hashC + "-tool")

// mountTool shows an object with a program, a file and an empty file.
func mountTool(t *testing.T, fs *scriptfs.FS) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"text": "text", "empty": ""} {
		must(t, os.WriteFile(dir+"/"+name, []byte(text), 0o600))
	}
	manifest := ""
	for _, record := range []string{"file|0555|bin/run|text", "file|0444|data|text", "file|0444|empty|empty"} {
		manifest += strings.ReplaceAll(record, "|", "\x00") + "\n"
	}
	o, err := object.ReadManifest(toolPath, strings.NewReader(manifest), dir)
	must(t, err)
	must(t, fs.MountLazily(toolPath, func() (*object.Object, error) { return o, nil }))
}

// TestCopies: only what a store object's file would look like too.
func TestCopies(t *testing.T) {
	fs := newTree(t)
	defer fs.Close()
	mountTool(t, fs)
	for _, c := range []struct {
		from, to string
		mode     uint32
	}{
		{"bin/run", "run", 0o555}, {"data", "data", 0o444}, {"data", "again", 0o444}, {"bin/run", "not-executable", 0o444}, {"data", "writable", 0o644},
		{"data", "owned", 0o444}, {"data", "attributes", 0o444}, {"empty", "empty", 0o444}, {"data", "changed", 0o444},
	} {
		must(t, fs.Clone(string(toolPath)+"/"+c.from, "/tree/"+c.to, c.mode))
	}
	must(t, fs.Chown("/tree/owned", 0, 1))
	must(t, fs.Setxattr("/tree/attributes", "user.x", []byte("y")))
	put(t, fs, "/tree/changed", "t")
	must(t, fs.Link("/tree/data", "/tree/linked"))
	result, err := WriteTree(io.Discard, fs, "/tree", Options{StoreDir: "/nix/store", HardLinks: true})
	must(t, err)
	want := []Copy{{"./again", string(toolPath) + "/data"}, {"./data", string(toolPath) + "/data"}, {"./run", string(toolPath) + "/bin/run"}}
	if !slices.Equal(result.Copies, want) {
		t.Errorf("got %q, want %q", result.Copies, want)
	}
	result, err = WriteTree(io.Discard, fs, "/tree", Options{StoreDir: "/nix/store", Owner: &Owner{UID: 1000}})
	must(t, err)
	if len(result.Copies) > 0 {
		t.Errorf("with another owner %q", result.Copies)
	}
	result, err = WriteTree(io.Discard, fs, "/tree", Options{StoreDir: "/nix/store", Owner: &Owner{}})
	must(t, err)
	if len(result.Copies) != 5 {
		t.Errorf("with the owner 0:0 %q", result.Copies)
	}
}
