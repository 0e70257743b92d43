package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/baseimage"
	"github.com/rules-strata/rules_strata/go/command"
	"github.com/rules-strata/rules_strata/go/compress"
	"github.com/rules-strata/rules_strata/go/image"
	"github.com/rules-strata/rules_strata/go/store"
)

// describe writes the records of an image that build made; base are those of the
// base.
func (c *closureOf) describe(t *testing.T, base []string) (file string) {
	t.Helper()
	records := []string{
		"config\x00" + c.path("image.json"), "customisation\x00" + c.path("customisation.tar"), "gid\x000", "gname\x00root",
		"layers\x00" + c.path("layers.json"), "mtime\x001", "name\x00hello", "store_dir\x00/nix/store", "tag\x00" + c.path("tag"),
		"uid\x000", "uname\x00root",
	}
	var objects []string
	for _, path := range []store.Path{appPath, libPath, otherPath} {
		objects = append(objects, "object\x00"+string(path), "nar\x00"+c.nars[path])
	}
	c.write(t, "objects", objects)
	if len(base) > 0 && base[0] == "base" {
		records = slices.Concat(records, objects, base)
	} else {
		records = slices.Concat(records, base, objects)
	}
	c.write(t, "image.records", records)
	return c.path("image.records")
}

// describeOn writes the records of an image that is built on another one.
func (c *closureOf) describeOn(t *testing.T, below *closureOf) (file string) {
	t.Helper()
	records := strings.TrimSuffix(readFile(t, below.describe(t, nil)), "\n")
	return c.describe(t, append([]string{"base"}, strings.Split(records, "\n")...))
}

func (c *closureOf) write(t *testing.T, name string, records []string) {
	t.Helper()
	if err := os.WriteFile(c.path(name), []byte(strings.Join(records, "\n")+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
}

// onBase builds an image on another one, of which it has another app.
func onBase(t *testing.T, below *closureOf) *closureOf {
	t.Helper()
	c := generate(t)
	c.build(t, "99")
	c.nars[appPath] = treeNAR(t, "bin/", "bin/app=new "+libPath)
	c.step(t, "base", "--layers", below.path("layers.json"), "--config", below.path("image.json"), "--out", c.path("base.json"), "--config-out", c.path("base-config.json"))
	c.step(t, "layer", "--object", appPath+"="+c.nars[appPath], "--metadata", c.path("app.layer.json"))
	c.step(t, "plan", "--closure", c.path("closure.json"), "--max-layers=99", "--base", c.path("base.json"), "--mutable", c.path("app.layer.json"), "--out", c.path("plan.json"))
	c.describe(t, nil)
	c.step(t, "rest", "--plan", c.path("plan.json"), "--objects", c.path("objects"), "--out", c.path("rest.json"))
	c.step(t, "config", "--plan", c.path("plan.json"), "--rest", c.path("rest.json"), "--customisation", c.path("customisation.json"),
		"--layer", c.path("app.layer.json"), "--config", writeFile(t, "config", `{"Cmd":["/bin/app"]}`), "--base", c.path("base.json"), "--base-config", c.path("base-config.json"),
		"--architecture=amd64", "--out", c.path("image.json"), "--layers-out", c.path("layers.json"), "--tag-out", c.path("tag"))
	return c
}

func (c *closureOf) layers(t *testing.T) []image.Layer {
	t.Helper()
	var all image.Layers
	decodeFile(t, c.path("layers.json"), &all)
	return all.Layers
}

func TestTarStep(t *testing.T) {
	single, shared := generate(t), generate(t)
	single.build(t, "99")
	shared.build(t, "2")
	replacing := onBase(t, single)
	// files are all that an action of the image gets.
	files := func(c *closureOf) []string {
		return []string{c.nars[appPath], c.nars[libPath], c.nars[otherPath], c.path("customisation.tar"), c.path("image.json"), c.path("layers.json"), c.path("tag")}
	}
	archived := filepath.Join(t.TempDir(), "base.tar")
	single.step(t, "archive", "--image", single.describe(t, nil), "--compressor=gz", "--out", archived)
	for _, test := range []struct {
		name string
		c    *closureOf
		// describe writes the image's records.
		describe func() string
		// baseLayers and baseFiles are the base's.
		baseLayers int
		baseFiles  []string
	}{
		{"an object each", single, func() string { return single.describe(t, nil) }, 0, nil},
		{"shared layers", shared, func() string { return shared.describe(t, nil) }, 0, nil},
		{"on an image of ours", replacing, func() string { return replacing.describeOn(t, single) }, 4, files(single)},
		{"on an archive", replacing, func() string { return replacing.describe(t, []string{"base.archive\x00" + archived}) }, 4, []string{archived}},
	} {
		t.Run(test.name, func(t *testing.T) {
			description := test.describe()
			own := test.c.layers(t)[test.baseLayers:]
			if strings.HasPrefix(test.name, "on ") && own[0].Kind != image.WhiteoutLayer {
				t.Errorf("no whiteouts in %+v", own)
			}
			for index := range len(own) + 2 {
				for _, planned := range []bool{false, true} {
					folder := t.TempDir()
					args := []string{"tar", "--image", description, "--index", fmt.Sprint(index), "--out", folder + "/tar", "--unused-inputs", folder + "/unused"}
					want := append(slices.Clone(test.baseFiles), files(test.c)...)
					if planned {
						args = append(args, "--plan", test.c.path("plan.json"))
					} else {
						want = without(want, test.c.path("image.json"), test.c.path("layers.json"), test.c.path("tag"))
					}
					if index >= len(own)-1 {
						args = append(args, "--last")
					}
					test.c.step(t, args...)
					if index >= len(own) {
						if readFile(t, folder+"/tar") != "" {
							t.Errorf("layer %d: not empty", index)
						}
					} else {
						if got := fileDigest(t, folder+"/tar"); got != own[index].DiffID {
							t.Errorf("layer %d: %s, want %s", index, got, own[index].DiffID)
						}
						want = without(want, test.c.used(own[index])...)
					}
					got := strings.Split(strings.TrimSuffix(readFile(t, folder+"/unused"), "\n"), "\n")
					slices.Sort(got)
					slices.Sort(want)
					if !slices.Equal(got, slices.Compact(want)) {
						t.Errorf("layer %d: unused are\n%s\nwant\n%s", index, strings.Join(got, "\n"), strings.Join(want, "\n"))
					}
				}
			}
		})
	}
}

// used are the files that a layer is made of.
func (c *closureOf) used(l image.Layer) []string {
	switch l.Kind {
	case image.CustomisationLayer:
		return []string{c.path("customisation.tar")}
	case image.StoreLayer:
		var files []string
		for _, path := range l.StorePaths {
			files = append(files, c.nars[path])
		}
		return files
	}
	return nil
}

func without(list []string, items ...string) []string {
	return slices.DeleteFunc(list, func(item string) bool { return slices.Contains(items, item) })
}

func TestTarErrors(t *testing.T) {
	c, other := generate(t), generate(t)
	c.build(t, "99")
	other.build(t, "2")
	description := c.describe(t, nil)
	broken := generate(t)
	broken.build(t, "99")
	if err := os.WriteFile(broken.nars[libPath], []byte(readFile(t, broken.nars[otherPath])), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name string
		args []string
		want string
	}{
		{"negative index", []string{"tar", "--image", description, "--index=-1", "--out=OUT"}, "--index is -1: want 0 or more"},
		{"more layers than tars", []string{"tar", "--image", description, "--index=1", "--last", "--out=OUT"}, "the image has 4 layers of its own, but there are tars for 2 only"},
		{"no image", []string{"tar", "--image=missing", "--index=0", "--out=OUT"}, "missing: no such file"},
		{"another image's plan", []string{"tar", "--image", description, "--plan", other.path("plan.json"), "--index=1", "--out=OUT"}, "it is the plan of another image than "},
		{"changed object", []string{"tar", "--image", broken.describe(t, nil), "--index=0", "--out=OUT"}, "layer 1: its diff ID is sha256:"},
		{"archive with a changed object", []string{"archive", "--image", broken.describe(t, nil), "--compressor=gz", "--out=OUT"}, "docker archive: layer 1 of 4 (lib): its diff ID is sha256:"},
		{"archive of no image", []string{"archive", "--image=missing", "--compressor=none", "--out=OUT"}, "missing: no such file"},
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

func TestTarUsage(t *testing.T) {
	for _, test := range []struct{ args, want string }{
		{"tar", "strata tar: missing flags: --image=FILE, --index=N, --out=FILE"},
		{"archive", "strata archive: missing flags: --compressor=NAME, --image=FILE, --out=FILE"},
		{"archive --image x --out x --compressor xz", `strata archive: --compressor must be one of "none","gz","zstd" but got "xz"`},
	} {
		if status, text := strata(strings.Fields(test.args)...); status != command.ExitUsage || !strings.HasPrefix(text, test.want) {
			t.Errorf("%s: status %d: %s, want %s", test.args, status, text, test.want)
		}
	}
	for _, name := range []string{"tar", "archive"} {
		if status, text := strata(name, "--help"); status != 0 || !strings.HasPrefix(text, "Usage: strata "+name) {
			t.Errorf("status %d: %s", status, text)
		}
	}
}

// TestArchiveStep: every archive holds the image, and is the same for any
// number of CPUs.
func TestArchiveStep(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	below := generate(t)
	below.build(t, "99")
	for _, c := range []*closureOf{below, onBase(t, below)} {
		description := below.describe(t, nil)
		if c != below {
			description = c.describeOn(t, below)
		}
		var plain []byte
		for _, compressor := range []string{"none", "gz", "zstd"} {
			var first []byte
			for _, cpus := range []int{1, 2, 8} {
				runtime.GOMAXPROCS(cpus)
				out := filepath.Join(t.TempDir(), "archive")
				c.step(t, "archive", "--image", description, "--compressor", compressor, "--out", out)
				data := []byte(readFile(t, out))
				if first == nil {
					first = data
					c.checkArchive(t, out)
				}
				if !bytes.Equal(data, first) {
					t.Errorf("%s: other bytes with %d CPUs", compressor, cpus)
				}
			}
			if compressor == "none" {
				plain = first
			} else if !bytes.Equal(compressed(t, compressors[compressor], plain), first) {
				t.Errorf("%s: not the plain archive, compressed", compressor)
			}
		}
	}
}

func compressed(t *testing.T, k compress.Kind, data []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := compress.NewWriter(&out, k)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// checkArchive reads an archive's layers to their ends, where they are checked.
func (c *closureOf) checkArchive(t *testing.T, name string) {
	t.Helper()
	img, err := baseimage.Open(name, baseimage.Selection{Name: "hello", Tag: strings.TrimSpace(readFile(t, c.path("tag")))})
	if err != nil {
		t.Fatal(err)
	}
	defer img.Close()
	info, err := img.Describe("/nix/store")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, l := range info.Layers {
		got = append(got, l.DiffID)
	}
	var want []string
	for _, l := range c.layers(t) {
		want = append(want, l.DiffID)
	}
	if !slices.Equal(got, want) || string(img.Config) != readFile(t, c.path("image.json")) {
		t.Errorf("layers %q, want %q", got, want)
	}
}
