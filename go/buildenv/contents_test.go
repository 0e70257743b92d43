package buildenv_test

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/buildenv"
	"github.com/rules-strata/rules_strata/go/object"
	"github.com/rules-strata/rules_strata/go/store"
)

// contents opens packages whose files hold what texts say, by NAME/PATH.
func contents(t *testing.T, texts map[string]string) *buildenv.Contents {
	t.Helper()
	dir := t.TempDir()
	c := buildenv.NewContents(func(p store.Path) (*object.Object, error) {
		var lines strings.Builder
		for _, at := range slices.Sorted(maps.Keys(texts)) {
			name, inside, _ := strings.Cut(at, "/")
			if name != p.Name() {
				continue
			}
			file := filepath.Join(dir, strings.ReplaceAll(at, "/", "-"))
			if err := os.WriteFile(file, []byte(texts[at]), 0o600); err != nil {
				return nil, err
			}
			lines.WriteString(strings.Join([]string{"file", "0444", inside, file}, "\x00") + "\n")
		}
		if lines.Len() == 0 {
			return nil, errors.New("unreadable")
		}
		return object.ReadManifest(p, strings.NewReader(lines.String()), "")
	})
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// TestSameContents: files of one content are no collision, and only what meets
// is read.
func TestSameContents(t *testing.T) {
	packages := map[string]string{"a": "LICENSE bin/x etc/conf", "b": "LICENSE bin/y etc/conf2", "c": "bin/z"}
	for _, test := range []struct {
		name  string
		texts map[string]string
		err   string
	}{
		{"equal", map[string]string{"a/LICENSE": "free", "b/LICENSE": "free"}, ""},
		{"empty", map[string]string{"a/LICENSE": "", "b/LICENSE": ""}, ""},
		{"other bytes", map[string]string{"a/LICENSE": "free", "b/LICENSE": "freE"}, "/LICENSE: //:a gives a file and //:b gives a file"},
		{"another size", map[string]string{"a/LICENSE": "free", "b/LICENSE": "freed"}, "/LICENSE: //:a"},
		{"not there", map[string]string{"a/LICENSE": "free", "b/x": ""}, `"LICENSE" is in its listing, and not in the object`},
		{"unreadable", map[string]string{"a/LICENSE": "free"}, "unreadable"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := contents(t, test.texts)
			got, _, err := env(packages, func(o *buildenv.Options) { o.Same = c.Same })
			if test.err != "" {
				if err == nil || !strings.Contains(err.Error(), test.err) {
					t.Fatalf("error %v, want %q", err, test.err)
				}
				return
			}
			if err != nil || !strings.HasPrefix(got, "LICENSE=@a/LICENSE ") {
				t.Errorf("got %s, error %v", got, err)
			}
			if opened := c.Opened(); len(opened) != 2 || opened[storePath("c")] {
				t.Errorf("opened %v", opened)
			}
		})
	}
}

// TestModesAreCompared: a program and a file of the same bytes differ.
func TestModesAreCompared(t *testing.T) {
	c := contents(t, map[string]string{"a/x": "", "b/x": ""})
	_, _, err := env(map[string]string{"a": "x*", "b": "x"}, func(o *buildenv.Options) { o.Same = c.Same })
	if err == nil || !strings.Contains(err.Error(), "/x: //:a gives a program and //:b gives a file") {
		t.Errorf("error %v", err)
	}
	if len(c.Opened()) != 0 {
		t.Error("the files were read")
	}
}
