package layering

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/jsonfile"
	"github.com/rules-strata/rules_strata/go/object"
	"github.com/rules-strata/rules_strata/go/store"
)

func writeInfo(t *testing.T, path store.Path, size int64) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "info.json")
	info := object.Info{Version: jsonfile.Version, NARHash: "sha256:" + strings.Repeat("0", 52), NARSize: size, Path: path}
	if err := jsonfile.Write(file, info); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestReadSizes(t *testing.T) {
	c := graphOf("A10 B0 !C0 !D0")
	path := func(i int) store.Path { return c.Objects[i].Path }
	for _, test := range []struct {
		name, want string
		infos      []string
	}{
		{"of the closure", "[10 0 0 0]", nil},
		{"of info.json", "[10 20 0 0]", []string{writeInfo(t, path(1), 20)}},
		{"the same twice", "[10 20 0 0]", []string{writeInfo(t, path(1), 20), writeInfo(t, path(1), 20), writeInfo(t, path(0), 10)}},
		{"of a synthetic object", "[10 20 0 30]", []string{writeInfo(t, path(1), 20), writeInfo(t, path(3), 30)}},
		{"of another object", "[10 0 0 0]", []string{writeInfo(t, pathOf(99, "unknown"), 20)}},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := problem{closure: c}
			if err := p.readSizes(test.infos); err != nil || fmt.Sprint(p.sizes) != test.want {
				t.Errorf("got %v, %v, want %s", p.sizes, err, test.want)
			}
		})
	}
	for _, test := range []struct {
		name, want string
		infos      []string
	}{
		{"no file", "no such file", []string{"missing"}},
		{"two sizes", " has 21 bytes here, and 20 in another file", []string{writeInfo(t, path(1), 20), writeInfo(t, path(1), 21)}},
		{"another size than the closure's", " has 10 bytes in the closure, and 11 in its info.json", []string{writeInfo(t, path(0), 11)}},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := problem{closure: c}
			if err := p.readSizes(test.infos); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
}
