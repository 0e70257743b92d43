package modulefile_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/modulefile"
)

// TestIncludedFileByItself: a file that is included is edited as part of its
// module, whose dependencies are in MODULE.bazel.
func TestIncludedFileByItself(t *testing.T) {
	const (
		include = "include(\"//a/b:images.MODULE.bazel\")\n"
		old     = "pull.image(name = \"debian\", image_digest = \"old\")\n"
	)
	for _, test := range []struct {
		name, root, included, after string
	}{
		{"a tag changes", dep + include, extension + old, extension + strings.Replace(old, "old", "new", 1)},
		{"a tag is added to others", dep + include, extension + "pull.image(name = \"alpine\")\nuse_repo(pull, \"alpine\")\n",
			extension + "pull.image(name = \"alpine\")\n" + added + "use_repo(pull, \"alpine\", \"debian\")\n"},
		{"a tag is added to nothing", dep + include, "", extension + added + "use_repo(pull, \"debian\")\n"},
		{"the root uses the extension too", dep + extension + "pull.image(name = \"alpine\")\n" + include, "", extension + added + "use_repo(pull, \"debian\")\n"},
		{"the module has another name", "bazel_dep(name = \"rules_strata\", repo_name = \"strata\")\n" + include, strings.Replace(extension, "@rules_strata", "@strata", 1) + old,
			strings.Replace(extension, "@rules_strata", "@strata", 1) + strings.Replace(old, "old", "new", 1)},
		{"the module itself", "module(name = \"rules_strata\")\n" + include, strings.Replace(extension, "@rules_strata", "", 1) + old,
			strings.Replace(extension, "@rules_strata", "", 1) + strings.Replace(old, "old", "new", 1)},
		{"the dependency is in another file", "include(\"//a:more.MODULE.bazel\")\n" + include + "== a/more.MODULE.bazel\n" + dep, extension + old, extension + strings.Replace(old, "old", "new", 1)},
		{"it includes another", dep + include + "== a/more.MODULE.bazel\n", extension + "include(\"//a:more.MODULE.bazel\")\n" + old,
			extension + "include(\"//a:more.MODULE.bazel\")\n" + strings.Replace(old, "old", "new", 1)},
		{"nothing includes it", dep + extension + "pull.image(name = \"debian\")\npull.image(name = NAME)\n", extension + old, extension + strings.Replace(old, "old", "new", 1)},
	} {
		t.Run(test.name, func(t *testing.T) {
			module := write(t, test.root+"== a/b/images.MODULE.bazel\n"+test.included)
			images := filepath.Join(filepath.Dir(module), "a", "b", "images.MODULE.bazel")
			e, err := edit(images, "debian", digest("new"))
			if err != nil {
				t.Fatal(err)
			}
			if err := e.Write(); err != nil {
				t.Fatal(err)
			}
			if got, err := os.ReadFile(images); err != nil || string(got) != test.after || e.Path != images {
				t.Errorf("%s, %v, got\n%s\nwant\n%s", e.Path, err, got, test.after)
			}
			again, err := edit(images, "debian", digest("new"))
			if err != nil || again.Changed() {
				t.Errorf("a second time: %v", err)
			}
		})
	}
}

func TestIncludedFileByItselfErrors(t *testing.T) {
	for _, test := range []struct {
		name, root, included, want string
	}{
		{"the tag is in the root", dep + extension + "pull.image(name = \"debian\")\n", extension,
			"MODULE.bazel:3: pull.image(name = \"debian\") is there, not in "},
		{"a name is computed in the root", dep + extension + "pull.image(name = NAME)\n", extension, "MODULE.bazel:3: the name of a pull.image is not written out there"},
		{"the name is another's in the root", dep + "use_repo(other, \"debian\")\n", extension, "MODULE.bazel:2: the repository name debian is taken there"},
		{"no dependency anywhere", "module(name = \"app\")\n", "", "images.MODULE.bazel: no bazel_dep of rules_strata"},
		{"the root cannot be parsed", "module(\n", extension, "/MODULE.bazel:4:1: syntax error"},
	} {
		t.Run(test.name, func(t *testing.T) {
			module := write(t, test.root+"include(\"//:images.MODULE.bazel\")\n== images.MODULE.bazel\n"+test.included)
			e, err := edit(filepath.Join(filepath.Dir(module), "images.MODULE.bazel"), "debian", digest("new"))
			if err == nil {
				t.Fatalf("no error:\n%s", e.Content())
			}
			if !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
}

// TestFileOfNoWorkspace: it is all that there is.
func TestFileOfNoWorkspace(t *testing.T) {
	path := filepath.Join(t.TempDir(), "images.MODULE.bazel")
	if err := os.WriteFile(path, []byte(dep+extension), 0o644); err != nil {
		t.Fatal(err)
	}
	m, err := modulefile.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	if tag, err := m.Tag(pull, "image", "debian"); tag != nil || err != nil {
		t.Error(tag, err)
	}
}
