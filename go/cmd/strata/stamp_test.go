package main

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/command"
	"github.com/rules-strata/rules_strata/go/ocilayout"
)

// stamped is what the stamp step wrote.
type stamped struct{ manifest, config, reference, tags string }

// stampStep runs the step on an image that was built.
func (c *closureOf) stampStep(t *testing.T, args ...string) stamped {
	t.Helper()
	folder := t.TempDir()
	at := func(name string) string { return filepath.Join(folder, name) }
	c.step(t, append([]string{
		"stamp", "--manifest", c.path("gzip/manifest.json"), "--config", c.path("image.json"), "--repository=localhost:5000/hello",
		"--manifest-out", at("manifest"), "--config-out", at("config"), "--reference-out", at("reference"), "--tags-out", at("tags"),
	}, args...)...)
	return stamped{readFile(t, at("manifest")), readFile(t, at("config")), readFile(t, at("reference")), readFile(t, at("tags"))}
}

// TestStamp: what a push adds to an image, and what it is called then.
func TestStamp(t *testing.T) {
	c := generate(t)
	c.build(t, "2")
	c.makeLayout(t, "gzip")
	additions := writeFile(t, "additions.json", `{"annotations":{"plain":"{}","commit":"at {STABLE_COMMIT}"},"labels":{"who":"{BUILD_USER}"},"version":1}`)
	stable, volatile := writeFile(t, "stable-status.txt", "STABLE_COMMIT abc\nBUILD_USER me\n"), writeFile(t, "volatile-status.txt", "BUILD_TIMESTAMP 17\n")
	tagFile := writeFile(t, "tags", "v1\n\n v2 \nlatest\n")

	same := c.stampStep(t, "--tag=latest", "--tag=v{BUILD_TIMESTAMP}", "--tag-file", tagFile)
	if same.manifest != readFile(t, c.path("gzip/manifest.json")) || same.config != readFile(t, c.path("image.json")) {
		t.Error("nothing is added, and the image is another one")
	}
	if want := "localhost:5000/hello@" + ocilayout.Digest([]byte(same.manifest)) + "\n"; same.reference != want {
		t.Errorf("reference %q, want %q", same.reference, want)
	}
	if want := "latest\nv{BUILD_TIMESTAMP}\nv1\nv2\n"; same.tags != want {
		t.Errorf("tags %q, want %q", same.tags, want)
	}

	for _, test := range []struct {
		name        string
		args        []string
		annotations map[string]string
		label, tags string
	}{
		{"without stamping", nil, map[string]string{"plain": "{}"}, "", "v{BUILD_TIMESTAMP}\n"},
		{"with stamping", []string{"--status", stable, "--status", volatile}, map[string]string{"plain": "{}", "commit": "at abc"}, "me", "v17\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := c.stampStep(t, append(test.args, "--additions", additions, "--tag=v{BUILD_TIMESTAMP}")...)
			m, err := ocilayout.ParseManifest([]byte(got.manifest))
			if err != nil {
				t.Fatal(err)
			}
			if !maps.Equal(m.Annotations, test.annotations) || m.Config.Digest != ocilayout.Digest([]byte(got.config)) || got.tags != test.tags {
				t.Errorf("got %+v, tags %q", m, got.tags)
			}
			if (test.label == "") != (got.config == same.config) || !strings.Contains(got.config, test.label) {
				t.Errorf("config %s", got.config)
			}
		})
	}
}

// TestStampIndex: an index is pushed as it is.
func TestStampIndex(t *testing.T) {
	folder := t.TempDir()
	index := writeFile(t, "index.json", `{"schemaVersion": 2, "manifests": []}`)
	args := []string{"stamp", "--manifest", index, "--repository=r/x", "--tag=v1", "--manifest-out", folder + "/m", "--reference-out", folder + "/r", "--tags-out", folder + "/t"}
	if status, text := strata(args...); status != 0 {
		t.Fatal(text)
	}
	if got, want := readFile(t, folder+"/m"), readFile(t, index); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := readFile(t, folder+"/r"), "r/x@"+fileDigest(t, index)+"\n"; got != want {
		t.Errorf("reference %q, want %q", got, want)
	}
	if status, text := strata(append(args, "--additions", index)...); status == 0 || !strings.Contains(text, "--additions needs them") {
		t.Errorf("status %d: %s", status, text)
	}
}

func TestStampErrors(t *testing.T) {
	c := generate(t)
	c.build(t, "2")
	c.makeLayout(t, "gzip")
	status := writeFile(t, "status", "A 1\n")
	empty := writeFile(t, "empty", "\n")
	for _, test := range []struct {
		name string
		args []string
		want string
	}{
		{"a variable that is not there", []string{"--tag={NONE}", "--status", status}, `tag: "{NONE}": no variable NONE in Bazel's status files`},
		{"in an annotation", []string{"--tag=x", "--status", status, "--additions", writeFile(t, "a.json", `{"annotations":{"k":"{NONE}"},"labels":{},"version":1}`)}, `annotations: k: "{NONE}": no variable NONE`},
		{"a variable without a value", []string{"--tag={EMPTY}", "--status", writeFile(t, "empty-status", "EMPTY \n")}, `tag: "" is not a tag: want 1 to 128`},
		{"a value with a space", []string{"--tag={BRANCH}", "--status", writeFile(t, "branch-status", "BRANCH a b\n")}, `tag: "a b" is not a tag`},
		{"a variable in a file", []string{"--tag-file", writeFile(t, "stamped-tags", "v1\n{A}\n"), "--status", status}, `"{A}": a file of tags is not stamped: give tags with variables in remote_tags`},
		{"no tag in a file", []string{"--tag-file", writeFile(t, "bad-tags", "v1\na b\n")}, `"a b" is not a tag`},
		{"no tag", []string{"--tag-file", empty}, "no tag"},
		{"no status file", []string{"--tag=x", "--status=missing"}, "missing: no such file"},
		{"another config", []string{"--tag=x", "--config", empty}, "another image's"},
		{"no manifest", []string{"--tag=x", "--manifest", empty}, "not an image manifest"},
	} {
		t.Run(test.name, func(t *testing.T) {
			folder := t.TempDir()
			code, text := strata(append([]string{
				"stamp", "--manifest", c.path("gzip/manifest.json"), "--config", c.path("image.json"), "--repository=r", "--manifest-out", folder + "/m",
				"--config-out", folder + "/c", "--reference-out", folder + "/r", "--tags-out", folder + "/t",
			}, test.args...)...)
			if code != command.ExitBadInput || !strings.HasPrefix(text, "strata stamp: ") || !strings.Contains(text, test.want) {
				t.Errorf("status %d: %s, want %s", code, text, test.want)
			}
			if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
				t.Errorf("left behind: %v %v", left, err)
			}
		})
	}
}

func TestReferences(t *testing.T) {
	template := writeFile(t, "in", "a: {A}\nb: '{B}-{A}' {C} {}\n")
	a, b := writeFile(t, "a", "r/a@sha256:1\n"), writeFile(t, "b=c", "r/{A}@sha256:2\n")
	out := filepath.Join(t.TempDir(), "out")
	if status, text := strata("references", "--template", template, "--reference", "A="+a, "--reference", "B="+b, "--out", out); status != 0 {
		t.Fatal(text)
	}
	if got, want := readFile(t, out), "a: r/a@sha256:1\nb: 'r/{A}@sha256:2-r/a@sha256:1' {C} {}\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	for _, test := range []struct{ flag, want string }{
		{"X=" + a, "it has no {X}: write that where"},
		{"A=missing", "missing: no such file"},
		{"A", "want NAME=FILE"},
	} {
		if status, text := strata("references", "--template", template, "--reference", test.flag, "--out", out); status == 0 || !strings.Contains(text, test.want) {
			t.Errorf("%s: status %d: %s", test.flag, status, text)
		}
	}
}
