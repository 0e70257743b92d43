package ocilayout_test

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/ocilayout"
	"github.com/rules-strata/rules_strata/go/outdir"
)

func copied(t *testing.T, files map[string]string) (to string, err error) {
	t.Helper()
	from := t.TempDir()
	for name, content := range files {
		file := filepath.Join(from, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	to = filepath.Join(t.TempDir(), "layout")
	dir, err := outdir.Create(to)
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Discard()
	if err := ocilayout.Copy(dir, from); err != nil {
		return "", err
	}
	return to, dir.Commit()
}

func TestCopy(t *testing.T) {
	blob := fmt.Sprintf("blobs/sha256/%x", sha256.Sum256([]byte("blob")))
	files := map[string]string{"index.json": "index", "oci-layout": "marker", blob: "blob"}
	to, err := copied(t, files)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range files {
		if got, err := os.ReadFile(filepath.Join(to, name)); string(got) != want {
			t.Errorf("%s: got %q, %v, want %q", name, got, err, want)
		}
	}
	for _, test := range []struct {
		name, change, content, wantErr string
	}{
		{"other bytes", blob, "other", "its bytes have the digest sha256:"},
		{"no index", "index.json", "", "index.json"},
		{"no blobs", blob, "", "blobs"},
	} {
		changed := map[string]string{}
		for name, content := range files {
			if name != test.change {
				changed[name] = content
			} else if test.content != "" {
				changed[name] = test.content
			}
		}
		if _, err := copied(t, changed); err == nil || !strings.Contains(err.Error(), test.wantErr) {
			t.Errorf("%s: got %v, want %s", test.name, err, test.wantErr)
		}
	}
}
