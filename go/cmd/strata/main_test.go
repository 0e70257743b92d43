package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/command"
	"github.com/rules-strata/rules_strata/go/jsonfile"
	"github.com/rules-strata/rules_strata/go/layering"
	"github.com/rules-strata/rules_strata/go/nar"
	"github.com/rules-strata/rules_strata/go/store"
)

var commandNames = []string{"layer", "info", "customisation", "closure", "plan", "rest", "config"}

func TestHelp(t *testing.T) {
	for _, name := range append([]string{""}, commandNames...) {
		var stdout, stderr bytes.Buffer
		args := append(strings.Fields(name), "--help")
		if status := program.Run(args, &stdout, &stderr); status != 0 || stderr.Len() > 0 {
			t.Errorf("%q: status %d: %s", args, status, &stderr)
		}
		if want := strings.TrimSpace("Usage: strata " + name); !strings.HasPrefix(stdout.String(), want) {
			t.Errorf("%q: got %s, want %s", args, &stdout, want)
		}
	}
}

func TestUsageErrors(t *testing.T) {
	for _, test := range []struct{ name, args, want string }{
		{"nothing", "", `strata: expected one of "layer"`},
		{"unknown command", "bogus", "strata: unexpected argument bogus"},
		{"flag of no command", "--bogus", "strata: unknown flag --bogus"},
		{"unknown flag", "plan --bogus", "strata plan: unknown flag --bogus"},
		{"after a positional argument", "closure /nix/store/x --bogus", "strata closure: unknown flag --bogus"},
		{"unexpected argument", "config x", "strata config: unexpected argument x"},
		{"flag without its value", "info --out", "strata info: --out: "},
		{"number that is none", "plan --max-layers x", "strata plan: --max-layers: "},
		{"time that is none", "config --created 2024-01", `strata config: created: "2024-01" is neither a number of seconds nor a time`},
		{"object that is none", "customisation --content x", `strata customisation: --content: "x" is not STORE_PATH=FILE`},
		{"owner that is none", "rest --gid=-1", `strata rest: --gid: "-1" is not a number`},
		{"layer without outputs", "layer", "strata layer: missing flags: --metadata=FILE"},
		{"info without inputs", "info", "strata info: missing flags: --object=STORE_PATH=SOURCE, --out=FILE"},
		{"customisation without outputs", "customisation", "strata customisation: missing flags: --metadata=FILE, --references-out=FILE, --tar=FILE"},
		{"closure without outputs", "closure", "strata closure: missing flags: --out=FILE"},
		{"plan without inputs", "plan", "strata plan: missing flags: --closure=FILE, --max-layers=N, --out=FILE"},
		{"rest without inputs", "rest", "strata rest: missing flags: --objects=FILE, --out=FILE, --plan=FILE"},
		{"config without inputs", "config", "strata config: missing flags: --architecture=STRING, --config=FILE, --customisation=FILE, --layers-out=FILE, --out=FILE, --plan=FILE, --tag-out=FILE"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			if status := program.Run(strings.Fields(test.args), &stdout, &stderr); status != command.ExitUsage {
				t.Errorf("status %d, want %d", status, command.ExitUsage)
			}
			if !strings.HasPrefix(stderr.String(), test.want) || stdout.Len() > 0 {
				t.Errorf("got %s%s, want %s", &stdout, &stderr, test.want)
			}
			if strings.Count(stderr.String(), "\n") != 1 {
				t.Errorf("want one line, got %q", &stderr)
			}
		})
	}
}

// treeNAR writes a NAR of a directory: "dir/", "dir/file=content",
// "dir/link -> target", in the order of a NAR.
func treeNAR(t *testing.T, list ...string) string {
	t.Helper()
	var buf bytes.Buffer
	w := nar.NewWriter(&buf)
	for _, item := range append([]string{"/"}, list...) {
		name, target, isLink := strings.Cut(item, " -> ")
		name, content, isFile := strings.Cut(name, "=")
		e := nar.Entry{Path: strings.TrimSuffix(name, "/"), Type: nar.Directory, Target: target}
		switch {
		case isLink:
			e.Type = nar.Symlink
		case isFile:
			e.Type, e.Size = nar.Regular, int64(len(content))
		}
		if err := w.WriteHeader(e); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return writeFile(t, "object.nar", buf.String())
}

// closureOf is a generated closure of objects, each of them a NAR.
type closureOf struct {
	nars   map[store.Path]string
	folder string
}

func generate(t *testing.T) *closureOf {
	t.Helper()
	return &closureOf{folder: t.TempDir(), nars: map[store.Path]string{
		appPath:   treeNAR(t, "bin/", "bin/app=#!"+libPath+"/bin/sh\n", "bin/tool -> app", "share/", "share/app/", "share/app/data="+strings.Repeat("data", 10_000)),
		libPath:   treeNAR(t, "bin/", "bin/sh=sh", "lib/", "lib/lib.so=lib", "lib64 -> lib"),
		otherPath: treeNAR(t, "lib64/", "lib64/other.so=other", "share/", "share/app/", "share/app/data=2"),
	}}
}

func (c *closureOf) path(name string) string { return filepath.Join(c.folder, name) }

func (c *closureOf) step(t *testing.T, args ...string) (warnings string) {
	t.Helper()
	status, text := strata(args...)
	if status != 0 {
		t.Fatalf("strata %s: status %d: %s", strings.Join(args, " "), status, text)
	}
	return text
}

// build runs every step for an image of at most so many store layers.
func (c *closureOf) build(t *testing.T, maxLayers string) {
	t.Helper()
	config := writeFile(t, "config.json", `{"Cmd": ["`+appPath+`/bin/app"]}`)
	graph := writeFile(t, "graph.json", `[{"path": "`+appPath+`", "references": ["`+libPath+`"]}, {"path": "`+libPath+`", "references": []}, {"path": "`+otherPath+`", "references": ["`+libPath+`"]}]`)
	configArgs := []string{"config"}
	var objects strings.Builder
	for _, path := range []store.Path{appPath, libPath, otherPath} {
		metadata, listing := c.path(path.Name()+".layer.json"), c.path(path.Name()+".listing")
		c.step(t, "layer", "--object="+string(path)+"="+c.nars[path], "--check-references", "--reference", libPath, "--metadata", metadata, "--listing", listing)
		configArgs = append(configArgs, "--layer", metadata)
		fmt.Fprintf(&objects, "object\x00%s\nnar\x00%s\n", path, c.nars[path])
	}
	warnings := c.step(t, "customisation", "--content", appPath+"="+c.path("app.listing"), "--label=//:app",
		"--content", libPath+"="+c.path("lib.listing"), "--label=//:lib", "--content", otherPath+"="+c.path("other.listing"), "--label=//:other",
		"--tar", c.path("customisation.tar"), "--metadata", c.path("customisation.json"), "--references-out", c.path("references.json"))
	if want := "strata customisation: warning: /share/app/data: //:app gives a file and //:other gives a file: the first is kept: " +
		"remove one of them, or change the order of contents\n"; warnings != want {
		t.Errorf("got %q, want %q", warnings, want)
	}
	c.step(t, "closure", "--graph", graph, "--out", c.path("closure.json"), "--synthetic", configPath+"="+config,
		"--synthetic", strings.Replace(configPath, "-config", "-layer", 1)+"="+c.path("references.json"))
	c.step(t, "plan", "--closure", c.path("closure.json"), "--max-layers", maxLayers, "--out", c.path("plan.json"))
	c.step(t, "rest", "--plan", c.path("plan.json"), "--objects", writeFile(t, "objects", objects.String()),
		"--unused-inputs", c.path("unused"), "--out", c.path("rest.json"))
	c.step(t, append(configArgs, "--plan", c.path("plan.json"), "--rest", c.path("rest.json"), "--customisation", c.path("customisation.json"),
		"--config", config, "--architecture", "amd64", "--out", c.path("image.json"), "--layers-out", c.path("layers.json"), "--tag-out", c.path("tag"))...)
}

func fileDigest(t *testing.T, name string) string {
	t.Helper()
	return fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(readFile(t, name))))
}

// TestAllSteps makes an image of a generated closure: its diff IDs are the
// digests of the tars that "layer --tar" makes of the plan's layers.
func TestAllSteps(t *testing.T) {
	for _, test := range []struct {
		maxLayers string
		unused    []store.Path
	}{
		{"1", nil},
		{"2", []store.Path{libPath}},
		{"99", []store.Path{appPath, libPath, otherPath}},
	} {
		t.Run(test.maxLayers, func(t *testing.T) {
			c := generate(t)
			c.build(t, test.maxLayers)
			plan, err := layering.ReadPlan(c.path("plan.json"))
			if err != nil {
				t.Fatal(err)
			}
			var want []string
			for i, paths := range plan.Layers {
				args := []string{"layer", "--metadata", c.path("again.json"), "--tar", c.path("layer.tar")}
				for _, path := range paths {
					args = append(args, "--object", string(path)+"="+c.nars[path])
				}
				c.step(t, args...)
				want = append(want, fileDigest(t, c.path("layer.tar")))
				if !strings.Contains(readFile(t, c.path("again.json")), want[i]) {
					t.Errorf("layer %d: its metadata is not of its tar", i+1)
				}
			}
			c.check(t, append(want, fileDigest(t, c.path("customisation.tar"))))
			unused := ""
			for _, path := range test.unused {
				unused += c.nars[path] + "\n"
			}
			if got := readFile(t, c.path("unused")); got != unused {
				t.Errorf("unused inputs %q, want %q", got, unused)
			}
		})
	}
}

// check compares the outputs of "config" with the digests of the layers.
func (c *closureOf) check(t *testing.T, diffIDs []string) {
	t.Helper()
	var config struct {
		Architecture, OS, Created string
		Config                    map[string]any
		History                   []map[string]string
		RootFS                    struct {
			DiffIDs []string `json:"diff_ids"`
			Type    string
		}
	}
	if err := json.Unmarshal([]byte(readFile(t, c.path("image.json"))), &config); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(config.RootFS.DiffIDs, diffIDs) || config.RootFS.Type != "layers" || len(config.History) != len(diffIDs) {
		t.Errorf("got %q and %d entries of history, want %q", config.RootFS.DiffIDs, len(config.History), diffIDs)
	}
	if config.OS != "linux" || config.Architecture != "amd64" || config.Created != "1970-01-01T00:00:01Z" || len(config.Config) != 1 {
		t.Errorf("got %+v", config)
	}
	var layers struct {
		Layers []struct {
			DiffID string `json:"diff_id"`
		}
	}
	if err := json.Unmarshal([]byte(readFile(t, c.path("layers.json"))), &layers); err != nil {
		t.Fatal(err)
	}
	for i, l := range layers.Layers {
		if l.DiffID != diffIDs[i] {
			t.Errorf("layers.json: layer %d is %s, want %s", i+1, l.DiffID, diffIDs[i])
		}
	}
	if tag := readFile(t, c.path("tag")); len(tag) != store.HashLen+1 || !strings.HasSuffix(tag, "\n") {
		t.Errorf("tag %q", tag)
	}
	if err := jsonfile.Read(c.path("rest.json"), &map[string]any{}); err != nil {
		t.Error(err)
	}
}

// TestAllStepsAgain: the same inputs give the same bytes.
func TestAllStepsAgain(t *testing.T) {
	a, b := generate(t), generate(t)
	a.build(t, "2")
	b.build(t, "2")
	for _, name := range []string{"image.json", "layers.json", "tag", "closure.json", "plan.json", "rest.json", "customisation.tar", "customisation.json", "references.json"} {
		if readFile(t, a.path(name)) != readFile(t, b.path(name)) {
			t.Errorf("%s differs", name)
		}
	}
}
