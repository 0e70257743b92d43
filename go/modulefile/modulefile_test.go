package modulefile_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/modulefile"
)

var pull = modulefile.Extension{Module: "rules_strata", File: "//rules:extensions.bzl", Name: "pull"}

const (
	dep       = "bazel_dep(name = \"rules_strata\", version = \"1\")\n"
	extension = "pull = use_extension(\"@rules_strata//rules:extensions.bzl\", \"pull\")\n"
)

// write writes MODULE.bazel and, after lines "== NAME", other files.
func write(t *testing.T, content string) (module string) {
	t.Helper()
	dir := t.TempDir()
	for i, part := range strings.Split("== MODULE.bazel\n"+content, "== ") {
		if i == 0 {
			continue
		}
		name, content, _ := strings.Cut(part, "\n")
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "MODULE.bazel")
}

// edit sets or adds a tag, and returns the edit.
func edit(path, name string, attributes []modulefile.Attribute) (*modulefile.Edit, error) {
	m, err := modulefile.Read(path)
	if err != nil {
		return nil, err
	}
	tag, err := m.Tag(pull, "image", name)
	if err != nil {
		return nil, err
	}
	if tag != nil {
		return m.Set(tag, attributes)
	}
	return m.Add(pull, "image", name, attributes)
}

func digest(text string) []modulefile.Attribute {
	return []modulefile.Attribute{{Name: "image_digest", Value: text}}
}

const added = "pull.image(\n    name = \"debian\",\n    image_digest = \"new\",\n)\n"

var editTests = []struct {
	name       string
	attributes []modulefile.Attribute // image_digest = "new" when nil
	file       string                 // that changes, MODULE.bazel when empty
	line       int
	before     string
	after      string
}{
	{
		name: "nothing of the extension is there", line: 4,
		before: dep,
		after:  dep + "\n" + extension + added + "use_repo(pull, \"debian\")\n",
	},
	{
		name: "no line break at the end", line: 4,
		before: strings.TrimSpace(dep),
		after:  dep + "\n" + extension + added + "use_repo(pull, \"debian\")\n",
	},
	{
		name: "the module has another name here, and the variable is taken", line: 5,
		before: "bazel_dep(name = \"rules_strata\", version = \"1\", repo_name = \"strata\")\npull = 1",
		after: "bazel_dep(name = \"rules_strata\", version = \"1\", repo_name = \"strata\")\npull = 1\n\n" +
			"pull_2 = use_extension(\"@strata//rules:extensions.bzl\", \"pull\")\n" + strings.Replace(added, "pull.", "pull_2.", 1) + "use_repo(pull_2, \"debian\")\n",
	},
	{
		name: "the module itself", line: 4,
		before: "module(name = \"rules_strata\")\n",
		after: "module(name = \"rules_strata\")\n\npull = use_extension(\"//rules:extensions.bzl\", \"pull\")\n" + added +
			"use_repo(pull, \"debian\")\n",
	},
	{
		name: "after the others, in the order of names", line: 6,
		before: dep + extension + `pull.image(
    name = "alpine",
)  # the small one
use_repo(pull, "alpine", "ubuntu")
nix.package(name = "hello")
`,
		after: dep + extension + `pull.image(
    name = "alpine",
)  # the small one
` + added + `use_repo(pull, "alpine", "debian", "ubuntu")
nix.package(name = "hello")
`,
	},
	{
		name: "the extension without a tag or use_repo", line: 3,
		before: dep + extension + "# The end.\n",
		after:  dep + extension + added + "use_repo(pull, \"debian\")\n# The end.\n",
	},
	{
		name: "use_repo in several lines, with names of its own", line: 4,
		before: dep + extension + `pull.image(name = "alpine")
use_repo(
    pull,
    "zed",
    "alpine",  # first
    mine = "ubuntu",
)
`,
		after: dep + extension + "pull.image(name = \"alpine\")\n" + added + `use_repo(
    pull,
    "zed",
    "alpine",  # first
    "debian",
    mine = "ubuntu",
)
`,
	},
	{
		name: "use_repo with names of its own alone", line: 3,
		before: dep + extension + "use_repo(pull, mine = \"ubuntu\")\n",
		after:  dep + extension + added + "use_repo(pull, \"debian\", mine = \"ubuntu\")\n",
	},
	{
		name: "use_repo has it already, under another name", line: 3,
		before: dep + extension + "use_repo(pull, mine = \"debian\")\n",
		after:  dep + extension + added + "use_repo(pull, mine = \"debian\")\n",
	},
	{
		name: "use_repo without a last comma", line: 3,
		before: dep + extension + "use_repo(\n    pull,\n    \"alpine\"\n)\n",
		after:  dep + extension + added + "use_repo(\n    pull,\n    \"alpine\",\n    \"debian\",\n)\n",
	},
	{
		name: "not to the usage for development, nor to the isolated one", line: 8,
		before: dep + extension + `dev = use_extension("@rules_strata//rules:extensions.bzl", "pull", dev_dependency = True)
dev.image(name = "alpine")
use_repo(dev, "alpine")
own = use_extension("@rules_strata//rules:extensions.bzl", "pull", isolate = True)
pull.image(name = "ubuntu")
own.image(name = "alpine")
`,
		after: dep + extension + `dev = use_extension("@rules_strata//rules:extensions.bzl", "pull", dev_dependency = True)
dev.image(name = "alpine")
use_repo(dev, "alpine")
own = use_extension("@rules_strata//rules:extensions.bzl", "pull", isolate = True)
pull.image(name = "ubuntu")
` + added + "use_repo(pull, \"debian\")\nown.image(name = \"alpine\")\n",
	},
	{
		name: "one for development is better than none", line: 3,
		before: dep + `dev = use_extension("@rules_strata//rules:extensions.bzl", "pull", dev_dependency = True)
use_repo(dev, "alpine")
`,
		after: dep + `dev = use_extension("@rules_strata//rules:extensions.bzl", "pull", dev_dependency = True)
` + strings.Replace(added, "pull.", "dev.", 1) + "use_repo(dev, \"alpine\", \"debian\")\n",
	},
	{
		name: "the digest, and nothing else", line: 4,
		before: dep + extension + `# Ours.
pull.image(arch='arm64', name   = "debian",
   # The digest of 13.
   image_digest = 'sha256:old', # pinned
     final_image_tag = "13")
use_repo(pull,"debian")

x=[1,2 ]
`,
		after: dep + extension + `# Ours.
pull.image(arch='arm64', name   = "debian",
   # The digest of 13.
   image_digest = "new", # pinned
     final_image_tag = "13")
use_repo(pull,"debian")

x=[1,2 ]
`,
	},
	{
		name: "attributes that are not there, in lines", line: 3,
		attributes: []modulefile.Attribute{{Name: "image_digest", Value: "new"}, {Name: "arch", Value: "arm64"}, {Name: "tls_verify", Value: false}},
		before: dep + extension + `pull.image(
    name = "debian",
    image_digest = "old",  # one, two
    # The end.
)
`,
		after: dep + extension + `pull.image(
    name = "debian",
    image_digest = "new",  # one, two
    arch = "arm64",
    tls_verify = False,
    # The end.
)
`,
	},
	{
		name: "attributes that are not there, in one line", line: 3,
		attributes: []modulefile.Attribute{{Name: "arch", Value: "arm64"}, {Name: "os", Value: "linux"}},
		before:     dep + extension + "pull.image(name = \"debian\")\n",
		after:      dep + extension + "pull.image(name = \"debian\", arch = \"arm64\", os = \"linux\")\n",
	},
	{
		name: "attributes that are not there, after a comma", line: 3,
		attributes: []modulefile.Attribute{{Name: "tls_verify", Value: true}, {Name: "os", Value: "linux"}},
		before:     dep + extension + "pull.image(name = \"debian\", tls_verify = False, )\n",
		after:      dep + extension + "pull.image(name = \"debian\", tls_verify = True, os = \"linux\", )\n",
	},
	{
		name: "no comma before the attribute", line: 3,
		attributes: []modulefile.Attribute{{Name: "os", Value: "linux"}},
		before:     dep + extension + "pull.image(\n  name = \"debian\"  # it\n)\n",
		after:      dep + extension + "pull.image(\n  name = \"debian\",  # it\n  os = \"linux\",\n)\n",
	},
	{
		name: "line breaks of Windows", line: 6,
		before: strings.ReplaceAll(dep+extension+"pull.image(\n    name = \"alpine\",\n)\nuse_repo(\n    pull,\n    \"alpine\",\n)\n", "\n", "\r\n"),
		after:  strings.ReplaceAll(dep+extension+"pull.image(\n    name = \"alpine\",\n)\n"+added+"use_repo(\n    pull,\n    \"alpine\",\n    \"debian\",\n)\n", "\n", "\r\n"),
	},
	{
		name: "other letters before it", line: 3,
		before: "# Größe, 大小\n" + dep + "ü = use_extension(\"@rules_strata//rules:extensions.bzl\", \"pull\") ; ü.image(name = \"debian\", image_digest = \"old\")\n",
		after:  "# Größe, 大小\n" + dep + "ü = use_extension(\"@rules_strata//rules:extensions.bzl\", \"pull\") ; ü.image(name = \"debian\", image_digest = \"new\")\n",
	},
	{
		name: "in a file that is included", file: "build/images.MODULE.bazel", line: 2,
		before: dep + "include(\"//build:images.MODULE.bazel\")\n" + extension + "pull.image(name = \"alpine\")\n" +
			"== build/images.MODULE.bazel\nimages = use_extension(\"@rules_strata//rules:extensions.bzl\", extension_name = \"pull\")\nimages.image(name = \"debian\", image_digest = \"old\")\n",
		after: "images = use_extension(\"@rules_strata//rules:extensions.bzl\", extension_name = \"pull\")\nimages.image(name = \"debian\", image_digest = \"new\")\n",
	},
	{
		name: "to the others in a file that is included", file: "images.MODULE.bazel", line: 3,
		before: dep + "include(\"//:images.MODULE.bazel\")\n== images.MODULE.bazel\n" + extension + "pull.image(name = \"alpine\")\n",
		after:  extension + "pull.image(name = \"alpine\")\n" + added + "use_repo(pull, \"debian\")\n",
	},
	{
		name: "beside a name that is computed", line: 4,
		before: dep + extension + "pull.image(name = NAME)\npull.image(name = \"debian\", image_digest = \"old\")\n",
		after:  dep + extension + "pull.image(name = NAME)\npull.image(name = \"debian\", image_digest = \"new\")\n",
	},
	{
		name: "other extensions of the same name", line: 6,
		before: dep + "pull = use_extension(\"@other//rules:extensions.bzl\", \"pull\")\npull.image(name = \"debian\", image_digest = \"old\")\n",
		after: dep + "pull = use_extension(\"@other//rules:extensions.bzl\", \"pull\")\npull.image(name = \"debian\", image_digest = \"old\")\n\n" +
			"pull_2 = use_extension(\"@rules_strata//rules:extensions.bzl\", \"pull\")\n" + strings.Replace(added, "pull.", "pull_2.", 1) + "use_repo(pull_2, \"debian\")\n",
	},
}

func TestEdits(t *testing.T) {
	for _, test := range editTests {
		t.Run(test.name, func(t *testing.T) {
			module := write(t, test.before)
			attributes := test.attributes
			if attributes == nil {
				attributes = digest("new")
			}
			e, err := edit(module, "debian", attributes)
			if err != nil {
				t.Fatal(err)
			}
			if got := string(e.Content()); got != test.after {
				t.Errorf("got\n%s\nwant\n%s", got, test.after)
			}
			if e.Tag.Line() != test.line {
				t.Errorf("line %d, want %d", e.Tag.Line(), test.line)
			}
			if err := e.Write(); err != nil {
				t.Fatal(err)
			}
			if test.file != "" {
				if rel, err := filepath.Rel(filepath.Dir(module), e.Path); err != nil || rel != filepath.FromSlash(test.file) {
					t.Errorf("%s was changed, want %s", e.Path, test.file)
				}
			}
			// The same again changes nothing.
			again, err := edit(module, "debian", attributes)
			if err != nil {
				t.Fatal(err)
			}
			if again.Changed() {
				t.Errorf("a second time it changed to\n%s", again.Content())
			}
			if got, err := os.ReadFile(e.Path); err != nil || string(got) != test.after {
				t.Errorf("written: %v\n%s", err, got)
			}
		})
	}
}

func TestEditErrors(t *testing.T) {
	for _, test := range []struct {
		name, before, want string
	}{
		{"not a dependency", "module(name = \"app\")\n", "MODULE.bazel: no bazel_dep of rules_strata: add bazel_dep(name = \"rules_strata\""},
		{"cannot be parsed", dep + "pull.image(\n    name =\n)\n", "MODULE.bazel:4:2: syntax error near ): mend the file first, or change it by hand"},
		{"a byte order mark", "\ufeff" + dep + extension, "MODULE.bazel:1:1: it begins with a byte order mark, which is not Starlark: save it as UTF-8 without one"},
		{"a name that is a variable", dep + extension + "NAME = \"debian\"\npull.image(name = NAME)\n",
			"MODULE.bazel:4: the name of a pull.image is not written out there, and may be \"debian\": write it out, or change the tag by hand"},
		{"a name of two parts", dep + extension + "pull.image(name = \"deb\" + \"ian\")\n", "MODULE.bazel:3: the name of a pull.image is not written out there"},
		{"names of a comprehension", dep + extension + "\n[pull.image(\n    name = n,\n    image_digest = d,\n) for n, d in IMAGES.items()]\n", "MODULE.bazel:4: the name of a pull.image is not written out there"},
		{"a name that is formatted", dep + extension + "pull.image(name = \"%s\" % NAME)\n", "MODULE.bazel:3: the name of a pull.image"},
		{"a tag without a name", dep + extension + "pull.image(**COMMON)\n", "MODULE.bazel:3: the name of a pull.image"},
		{"a computed name in an included file", dep + "include(\"//:images.MODULE.bazel\")\n== images.MODULE.bazel\n" + extension + "pull.image(name = NAME)\n", "images.MODULE.bazel:2: the name of a pull.image"},
		{"two of the name", dep + extension + "pull.image(name = \"debian\")\npull.image(name = \"debian\")\n", "pull.image(name = \"debian\") is there 2 times, at "},
		{"a digest that is a variable", dep + extension + "DIGEST = \"old\"\npull.image(name = \"debian\", image_digest = DIGEST)\n",
			"MODULE.bazel:4: image_digest of pull.image(name = \"debian\") is not written out there: make it \"new\" by hand"},
		{"a digest of two parts", dep + extension + "pull.image(name = \"debian\", image_digest = \"sha256:\" + \"old\")\n", "is not written out there"},
		{"attributes from elsewhere", dep + extension + "pull.image(name = \"debian\", **COMMON)\n", "has attributes with * or **, which Bazel does not allow: write them out, with image_digest = \"new\""},
		{"the name is another's", dep + "use_repo(other, \"debian\")\n", "MODULE.bazel:2: the repository name debian is taken there: choose another"},
		{"the name is given to another", dep + "use_repo(other, debian = \"x\")\n", "the repository name debian is taken"},
		{"the name is a module's", dep + "bazel_dep(name = \"debian\")\n", "MODULE.bazel:2: the repository name debian is taken there"},
		{"an included file is not there", dep + "include(\"//:absent.MODULE.bazel\")\n", "absent.MODULE.bazel: there is no such file"},
		{"an included file of another kind", dep + "include(NAME)\n", "MODULE.bazel:2: include: want the label of a file of the workspace"},
		{"an included file cannot be parsed", dep + "include(\"//:x.MODULE.bazel\")\n== x.MODULE.bazel\n(\n", "x.MODULE.bazel:3:1: syntax error"},
	} {
		t.Run(test.name, func(t *testing.T) {
			e, err := edit(write(t, test.before), "debian", digest("new"))
			if err == nil {
				t.Fatalf("no error:\n%s", e.Content())
			}
			if !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
	if _, err := modulefile.Read(filepath.Join(t.TempDir(), "MODULE.bazel")); err == nil || !strings.Contains(err.Error(), "there is no such file: name the MODULE.bazel") {
		t.Error(err)
	}
}
