package download_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/v1/validate"

	"github.com/rules-strata/rules_strata/go/download"
	"github.com/rules-strata/rules_strata/go/registry/faulty"
)

// TestTwoPulls: the second into one folder is refused, and the first ends well.
func TestTwoPulls(t *testing.T) {
	for _, test := range []struct {
		name   string
		exists bool
	}{{"a new folder", false}, {"an empty folder", true}} {
		t.Run(test.name, func(t *testing.T) {
			s, _, _ := served(t)
			dir := filepath.Join(t.TempDir(), "app")
			if test.exists {
				if err := os.Mkdir(dir, 0o755); err != nil {
					t.Fatal(err)
				}
			}
			var second error
			s.When("GET", faulty.Blob).Skip(1).Times(1).Do(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				_, second = download.Layout(t.Context(), client(t), reference(t, s, "app:v1"), dir, amd64Linux)
				next.ServeHTTP(w, r)
			})
			if _, err := download.Layout(t.Context(), client(t), reference(t, s, "app:v1"), dir, amd64Linux); err != nil {
				t.Fatal(err)
			}
			if second == nil || !strings.Contains(second.Error(), "app: another pull is at work there") {
				t.Errorf("the second: %v", second)
			}
			path, got := entry(t, dir)
			if img, err := path.Image(got.Digest); err != nil || validate.Image(img) != nil {
				t.Error(err)
			}
			alone(t, dir)
			whole(t, dir)
		})
	}
}

// whole fails if there is anything in dir but a layout.
func whole(t *testing.T, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if got := strings.Join(names, " "); got != "blobs index.json oci-layout" {
		t.Errorf("%s has %s", dir, got)
	}
}

// TestEmptyFolderIsFilled: it is not replaced, whatever it is, and neither is a
// link to it; and another try goes on there.
func TestEmptyFolderIsFilled(t *testing.T) {
	for _, test := range []struct {
		name string
		make func(t *testing.T, folder string) (dir string)
	}{
		{"named", func(_ *testing.T, folder string) string { return folder }},
		{"the working directory", func(t *testing.T, folder string) string { t.Chdir(folder); return "." }},
		{"a link", func(t *testing.T, folder string) string {
			link := filepath.Join(t.TempDir(), "link")
			if err := os.Symlink(folder, link); err != nil {
				t.Fatal(err)
			}
			return link
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			folder := filepath.Join(t.TempDir(), "app")
			if err := os.Mkdir(folder, 0o755); err != nil {
				t.Fatal(err)
			}
			before, err := os.Stat(folder)
			if err != nil {
				t.Fatal(err)
			}
			dir := test.make(t, folder)
			s, _, amd64 := served(t)
			options := amd64Linux
			options.Jobs = 1
			s.When("GET", faulty.Blob).Skip(3).Do(faulty.Status(http.StatusForbidden, ""))
			_, err = download.Layout(t.Context(), client(t), reference(t, s, "app:v1"), dir, options)
			if err == nil || !strings.Contains(err.Error(), filepath.Join(filepath.Base(dir), ".partial")+": pull again to go on") {
				t.Errorf("got %v", err)
			}
			s.Heal()
			r, err := download.Layout(t.Context(), client(t), reference(t, s, "app:v1"), dir, options)
			if err != nil {
				t.Fatal(err)
			}
			if r.Kept != 2 {
				t.Errorf("%d blobs were kept", r.Kept)
			}
			if after, err := os.Stat(folder); err != nil || !os.SameFile(before, after) {
				t.Errorf("the folder is another one: %v", err)
			}
			if info, err := os.Lstat(dir); err != nil || strings.HasSuffix(dir, "link") != (info.Mode()&os.ModeSymlink != 0) {
				t.Errorf("%v, %v", info, err)
			}
			path, got := entry(t, dir)
			digest, _ := amd64.Digest()
			if img, err := path.Image(digest); got.Digest != digest || err != nil || validate.Image(img) != nil {
				t.Error(got, err)
			}
			whole(t, dir)
			alone(t, folder)
		})
	}
}

// TestLinkToNothing: it is refused before anything is fetched.
func TestLinkToNothing(t *testing.T) {
	s, _, _ := served(t)
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink("absent", link); err != nil {
		t.Fatal(err)
	}
	_, err := download.Layout(t.Context(), client(t), reference(t, s, "app:v1"), link, amd64Linux)
	if err == nil || !strings.Contains(err.Error(), "it is a link to what is not there") {
		t.Error(err)
	}
	if n, _, _ := s.Count("", ""); n > 0 {
		t.Errorf("it was asked: %s", s)
	}
	alone(t, link)
}
