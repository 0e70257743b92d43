package main

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/blob"
	"github.com/rules-strata/rules_strata/go/command"
	"github.com/rules-strata/rules_strata/go/decompress"
	"github.com/rules-strata/rules_strata/go/ocilayout"
)

// makeLayout runs the steps from blobs to a layout, on an image that build
// made.
func (c *closureOf) makeLayout(t *testing.T, compression string) (layout string) {
	t.Helper()
	work := filepath.Join(c.folder, compression)
	if err := os.Mkdir(work, 0o755); err != nil {
		t.Fatal(err)
	}
	at := func(name string) string { return filepath.Join(work, name) }
	manifest := []string{"manifest", "--layers", c.path("layers.json"), "--config", c.path("image.json"), "--out", at("manifest.json"), "--digest-out", at("digest")}
	layout = at("layout")
	layoutArgs := []string{"layout", "--manifest", at("manifest.json"), "--config", c.path("image.json"), "--name", "hello", "--tag", c.path("tag"), "--out", layout}
	add := func(name string, args ...string) {
		c.step(t, append([]string{"blob", "--compression", compression, "--out", at(name), "--descriptor", at(name + ".json")}, args...)...)
		manifest = append(manifest, "--descriptor", at(name+".json"))
		layoutArgs = append(layoutArgs, "--blob", at(name+".json")+"="+at(name))
	}
	var objects strings.Builder
	for path, nar := range c.nars {
		add(path.Name(), "--object", string(path)+"="+nar, "--metadata", c.path(path.Name()+".layer.json"))
		fmt.Fprintf(&objects, "object\x00%s\nnar\x00%s\n", path, nar)
	}
	add("customisation", "--tar", c.path("customisation.tar"), "--metadata", c.path("customisation.json"))
	c.step(t, "rest-blobs", "--plan", c.path("plan.json"), "--objects", writeFile(t, "objects", objects.String()), "--compression", compression,
		"--out", at("rest"), "--descriptors", at("rest.json"), "--unused-inputs", at("unused"))
	c.step(t, append(manifest, "--descriptors", at("rest.json"))...)
	c.step(t, append(layoutArgs, "--blob-dir", at("rest"))...)
	if got, want := readFile(t, at("digest")), ocilayout.Digest([]byte(readFile(t, at("manifest.json"))))+"\n"; got != want {
		t.Errorf("digest %q, want %q", got, want)
	}
	return layout
}

// TestLayoutSteps: the blobs of a layout are the layers of the config.
func TestLayoutSteps(t *testing.T) {
	for _, test := range []struct{ maxLayers, compression string }{{"1", "gzip"}, {"2", "zstd"}, {"99", "none"}} {
		t.Run(test.maxLayers, func(t *testing.T) {
			c := generate(t)
			c.build(t, test.maxLayers)
			layout := c.makeLayout(t, test.compression)
			var manifest []struct{ Layers []string }
			decodeFile(t, filepath.Join(layout, "manifest.json"), &manifest)
			var config struct {
				RootFS struct {
					DiffIDs []string `json:"diff_ids"`
				}
			}
			decodeFile(t, c.path("image.json"), &config)
			if len(manifest) != 1 || len(manifest[0].Layers) != len(config.RootFS.DiffIDs) {
				t.Fatalf("%+v for %d layers", manifest, len(config.RootFS.DiffIDs))
			}
			for i, name := range manifest[0].Layers {
				if got := diffIDOf(t, filepath.Join(layout, name)); got != config.RootFS.DiffIDs[i] {
					t.Errorf("layer %d is %s, want %s", i+1, got, config.RootFS.DiffIDs[i])
				}
			}
			if got, want := readFile(t, filepath.Join(c.folder, test.compression, "unused")), readFile(t, c.path("unused")); len(got) != len(want) {
				t.Errorf("unused inputs %q, want those of the rest step, %q", got, want)
			}
		})
	}
}

func decodeFile(t *testing.T, file string, v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(readFile(t, file)), v); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}

// diffIDOf is the digest of what a blob expands to.
func diffIDOf(t *testing.T, file string) string {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, _, err := decompress.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, r); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("sha256:%x", hash.Sum(nil))
}

// TestBlobAlone: without --out the descriptor is the same.
func TestBlobAlone(t *testing.T) {
	nar := smallNAR(t, "x.nar", "content")
	folder := t.TempDir()
	args := []string{"blob", "--object", appPath + "=" + nar, "--compression=zstd", "--mtime=5", "--uid=7", "--descriptor"}
	for _, more := range [][]string{{folder + "/a", "--out=" + folder + "/blob"}, {folder + "/b"}} {
		if status, text := strata(append(args, more...)...); status != 0 || text != "" {
			t.Fatalf("status %d: %s", status, text)
		}
	}
	if a, b := readFile(t, folder+"/a"), readFile(t, folder+"/b"); a != b {
		t.Errorf("%s without the blob, %s with it", b, a)
	}
	d, err := blob.ReadDescriptor(folder + "/a")
	if err != nil {
		t.Fatal(err)
	}
	if d.Digest != fileDigest(t, folder+"/blob") || d.DiffID != diffIDOf(t, folder+"/blob") || d.Size != int64(len(readFile(t, folder+"/blob"))) {
		t.Errorf("%+v does not describe the blob", d)
	}
	if status, text := strata("layer", "--metadata", folder+"/layer.json", "--mtime=5", "--uid=7", "--object="+appPath+"="+nar); status != 0 || !strings.Contains(readFile(t, folder+"/layer.json"), d.DiffID) {
		t.Errorf("the layer step has another diff ID: %s", text)
	}
}

// TestBaseBlobs: the blobs of a layout give the same layout.
func TestBaseBlobs(t *testing.T) {
	c := generate(t)
	c.build(t, "2")
	layout := c.makeLayout(t, "zstd")
	folder := t.TempDir()
	if status, text := strata("base-blobs", "--image", layout, "--compression=gzip", "--out", folder+"/blobs", "--descriptors", folder+"/blobs.json"); status != 0 || text != "" {
		t.Fatalf("status %d: %s", status, text)
	}
	for _, args := range [][]string{
		{"manifest", "--layers", c.path("layers.json"), "--config", c.path("image.json"), "--descriptors", folder + "/blobs.json", "--out", folder + "/manifest.json", "--digest-out", folder + "/digest"},
		{"layout", "--manifest", folder + "/manifest.json", "--config", c.path("image.json"), "--blob-dir", folder + "/blobs", "--name=hello", "--tag", c.path("tag"), "--out", folder + "/layout"},
	} {
		c.step(t, args...)
	}
	if got, want := readFile(t, folder+"/layout/index.json"), readFile(t, layout+"/index.json"); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// TestDescriptorsAlone: without --out there are the same descriptors and no
// blobs.
func TestDescriptorsAlone(t *testing.T) {
	c := generate(t)
	c.build(t, "1")
	layout := c.makeLayout(t, "gzip")
	archive := c.path("archive.tar")
	c.step(t, "archive", "--image", c.describe(t, nil), "--compressor=none", "--out", archive)
	var objects strings.Builder
	for path, nar := range c.nars {
		fmt.Fprintf(&objects, "object\x00%s\nnar\x00%s\n", path, nar)
	}
	for name, args := range map[string][]string{
		"a layout":     {"base-blobs", "--image", layout},
		"an archive":   {"base-blobs", "--image", archive},
		"shared layer": {"rest-blobs", "--plan", c.path("plan.json"), "--objects", writeFile(t, "objects", objects.String())},
	} {
		folder := t.TempDir()
		args = append(args, "--compression=zstd", "--descriptors")
		c.step(t, append(args, folder+"/alone.json")...)
		if left, err := os.ReadDir(folder); err != nil || len(left) != 1 {
			t.Errorf("%s: wrote %v, %v", name, left, err)
		}
		c.step(t, append(args, folder+"/both.json", "--out", folder+"/blobs")...)
		if alone, both := readFile(t, folder+"/alone.json"), readFile(t, folder+"/both.json"); alone != both || !strings.Contains(alone, "sha256:") {
			t.Errorf("%s: %s without blobs, %s with them", name, alone, both)
		}
	}
}

// TestManifestOnImage: the layers of an image below are described by its
// manifest.
func TestManifestOnImage(t *testing.T) {
	c := generate(t)
	c.build(t, "2")
	c.makeLayout(t, "zstd")
	at := c.path("zstd/manifest.json")
	args := []string{"manifest", "--config", c.path("image.json"), "--layers", c.path("layers.json"), "--out", c.path("again.json"), "--digest-out", c.path("digest")}
	c.step(t, append(args, "--base-manifest", at, "--base-layers", c.path("layers.json"))...)
	if got, want := readFile(t, c.path("again.json")), readFile(t, at); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	other := writeFile(t, "layers.json", `{"layers":[],"objects":{},"version":1}`)
	if status, text := strata(append(args, "--base-manifest", at, "--base-layers", other)...); status == 0 || !strings.Contains(text, "another image's") {
		t.Errorf("status %d: %s", status, text)
	}
}

func TestBlobErrors(t *testing.T) {
	nar := smallNAR(t, "x.nar", "content")
	metadata := filepath.Join(t.TempDir(), "layer.json")
	if status, text := strata("layer", "--metadata", metadata, "--object", appPath+"="+nar); status != 0 {
		t.Fatal(text)
	}
	plan := writeFile(t, "plan.json", `{"layers":[["`+appPath+`","`+libPath+`"]],"left_out":[],"replaced":[],"strategy":"popularity","version":1}`)
	objects := writeFile(t, "objects", "object\x00"+appPath+"\nnar\x00"+nar+"\n")
	layers := writeFile(t, "layers.json", `{"layers":[{"diff_id":"sha256:`+strings.Repeat("a", 64)+`","entries":1,"kind":"store","size":10240,"store_paths":["`+appPath+`"]}],"objects":{},"version":1}`)
	config := writeFile(t, "config.json", `{"os":"linux","architecture":"amd64","rootfs":{"diff_ids":["sha256:`+strings.Repeat("a", 64)+`"]}}`)
	tag, noTag := writeFile(t, "tag", "1\n"), writeFile(t, "no-tag", "a\nb\n")
	for _, test := range []struct {
		name string
		args []string
		want string
	}{
		{"blob of nothing", []string{"blob", "--compression=gzip", "--descriptor=OUT"}, "want either --object or --tar"},
		{"blob of both", []string{"blob", "--compression=gzip", "--descriptor=OUT", "--tar", nar, "--object", appPath + "=" + nar}, "want either --object or --tar"},
		{"blob of no file", []string{"blob", "--compression=gzip", "--descriptor=OUT", "--tar=missing"}, "open missing: no such file"},
		{"blob of another layer", []string{"blob", "--compression=gzip", "--descriptor=OUT", "--out=OUT2", "--tar", nar, "--metadata", metadata}, metadata + ": the layer's diff ID is sha256:"},
		{"blob with other options", []string{"blob", "--compression=gzip", "--descriptor=OUT", "--uid=3", "--object", appPath + "=" + nar, "--metadata", metadata}, "build it again"},
		{"object that is not there", []string{"rest-blobs", "--plan", plan, "--objects", objects, "--compression=gzip", "--out=OUT", "--descriptors=OUT2"}, "no object " + libPath},
		{"base that is not there", []string{"base-blobs", "--image=missing", "--compression=gzip", "--out=OUT", "--descriptors=OUT2"}, "missing: no such file"},
		{"layer without a blob", []string{"manifest", "--layers", layers, "--config", config, "--out=OUT", "--digest-out=OUT2"}, "layer 1 of 1 (" + appPath + "): no descriptor of a blob has its diff ID"},
		{"descriptor that is none", []string{"manifest", "--layers", layers, "--config", config, "--descriptor", plan, "--out=OUT", "--digest-out=OUT2"}, "plan.json: json: unknown field"},
		{"manifest that is none", []string{"layout", "--manifest", plan, "--config", config, "--name=x", "--tag", tag, "--out=OUT"}, "not an image manifest"},
		{"tag that is none", []string{"layout", "--manifest", plan, "--config", config, "--name=x", "--tag", noTag, "--out=OUT"}, "/no-tag: want a tag, one line"},
		{"blob that is not described", []string{"layout", "--manifest", plan, "--config", config, "--name=x", "--tag", tag, "--blob", plan + "=" + nar, "--out=OUT"}, "unknown field"},
	} {
		t.Run(test.name, func(t *testing.T) {
			folder := t.TempDir()
			for i, arg := range test.args {
				test.args[i] = strings.Replace(arg, "=OUT", "="+folder+"/out", 1)
			}
			status, text := strata(test.args...)
			if status != command.ExitBadInput || !strings.HasPrefix(text, "strata "+test.args[0]+": ") || !strings.Contains(text, test.want) {
				t.Errorf("status %d: %s, want %s", status, text, test.want)
			}
			if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
				t.Errorf("left behind: %v %v", left, err)
			}
		})
	}
}

func TestBlobUsage(t *testing.T) {
	for _, test := range []struct{ args, want string }{
		{"blob", "strata blob: missing flags: --compression=KIND, --descriptor=FILE"},
		{"rest-blobs", "strata rest-blobs: missing flags: --compression=KIND, --descriptors=FILE, --objects=FILE, --plan=FILE"},
		{"base-blobs", "strata base-blobs: missing flags: --compression=KIND, --descriptors=FILE, --image=FILE"},
		{"manifest", "strata manifest: missing flags: --config=FILE, --digest-out=FILE, --layers=FILE, --out=FILE"},
		{"layout", "strata layout: missing flags: --config=FILE, --manifest=FILE, --name=STRING, --out=DIR, --tag=FILE"},
		{"blob --compression xz", `strata blob: --compression: unknown compression "xz": it is one of none, gzip and zstd`},
		{"layout --blob x", `strata layout: --blob: "x" is not DESCRIPTOR=FILE`},
		{"layout --blob x=", `strata layout: --blob: "x=" is not DESCRIPTOR=FILE`},
	} {
		if status, text := strata(strings.Fields(test.args)...); status != command.ExitUsage || !strings.HasPrefix(text, test.want) {
			t.Errorf("%s: status %d: %s, want %s", test.args, status, text, test.want)
		}
	}
	for _, name := range []string{"blob", "rest-blobs", "base-blobs", "manifest", "layout"} {
		if status, text := strata(name, "--help"); status != 0 || !strings.HasPrefix(text, "Usage: strata "+name) {
			t.Errorf("status %d: %s", status, text)
		}
	}
}

// TestBlobFlag: equals signs in paths.
func TestBlobFlag(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "a=b")
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	d, b := folder+"/d=1", folder+"/b=2"
	for _, name := range []string{d, b} {
		if err := os.WriteFile(name, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var f blobFlag
	if err := f.UnmarshalText([]byte(d + "=" + b)); err != nil || f != (blobFlag{d, b}) {
		t.Errorf("got %+v, %v", f, err)
	}
}
