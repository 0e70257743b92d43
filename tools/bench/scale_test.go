package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/tools/bench/monorepo/rebuild"
)

func smallScale() *scaleCmd {
	return &scaleCmd{Images: 20, Objects: 250, Engineers: 20, Changes: .64, Edited: 2, Bumps: 1, PerLevel: .7, Loads: 2, Days: 2, Seed: 1, PerFolder: 15, Levels: 6, MaxLayers: 20}
}

// TestScale: the suite runs over a small monorepo, the same every time.
func TestScale(t *testing.T) {
	var tables [2]strings.Builder
	for i := range tables {
		var progress strings.Builder
		if err := smallScale().Run(context.Background(), &report{table: &tables[i], progress: &progress}); err != nil {
			t.Error(err)
		}
		if !strings.Contains(progress.String(), "\n20 images of ") {
			t.Errorf("got %s", &progress)
		}
	}
	if tables[0].String() != tables[1].String() {
		t.Errorf("%s\nand then\n%s", &tables[0], &tables[1])
	}
	for _, want := range []string{
		"| actions a day ", "| cache a day ", "| delivery a day ", "| a day ",
		"| auto ", "| origin ", "| popularity ", "| popularity_pinned ", "| size ", "| stable ", "| three layers ", "| one layer ",
		"| popularity: ObjectLayer ", "| popularity: bytes stored ",
	} {
		if !strings.Contains(tables[0].String(), want) {
			t.Errorf("no %q in\n%s", want, &tables[0])
		}
	}
}

func TestScaleErrors(t *testing.T) {
	r := &report{table: io.Discard, progress: io.Discard}
	for want, spoil := range map[string]func(c *scaleCmd){
		"--days is 0":                    func(c *scaleCmd) { c.Days = 0 },
		"--engineers is 0":               func(c *scaleCmd) { c.Engineers = 0 },
		"make a monorepo: 300 images":    func(c *scaleCmd) { c.Images = 300 },
		`unknown layering strategy "no"`: func(c *scaleCmd) { c.Strategy = []string{"no"} },
		`--set: the monorepo has no parameter "x": want activity-sigma, `: func(c *scaleCmd) { c.Set = map[string]float64{"x": 1} },
		"are external: want at least one":                                 func(c *scaleCmd) { c.Set = map[string]float64{"external": 0} },
		"no layer is left":                                                func(c *scaleCmd) { c.MaxLayers = 1 },
	} {
		c := smallScale()
		spoil(c)
		if err := c.Run(context.Background(), r); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// TestScaleBudget: a formula that is too far off is an error, also where nothing
// of what it expects happened; what neither expects nor sees ten is left out.
func TestScaleBudget(t *testing.T) {
	x := scaled{"popularity", &rebuild.Result{Days: 2}}
	x.Expected = rebuild.Amounts{rebuild.ObjectLayers: 10, rebuild.ImageConfigs: 4.9, rebuild.RestLayers: 6, rebuild.SentLayers: 20, rebuild.Sent: 5e9, rebuild.Stored: 5e9}
	x.Counted = rebuild.Amounts{rebuild.ObjectLayers: 30, rebuild.ImageConfigs: 9, rebuild.FreshRestLayers: 10, rebuild.SentLayers: 40, rebuild.Sent: 8e9, rebuild.Stored: 1e10}
	x.Chance = rebuild.Amounts{rebuild.ObjectLayers: 2.5, rebuild.RestLayers: 2, rebuild.SentLayers: 6, rebuild.Sent: 1e9, rebuild.Stored: 1e9}
	var table strings.Builder
	err := reportExpected(&report{table: &table}, []scaled{x, {"size", x.Result}})
	if err == nil || err.Error() != "over the budget: ObjectLayer is 4.0 standard deviations from its formula, want at most 3\n"+
		"over the budget: RestLayer is -6.0 standard deviations from its formula, want at most 3\n"+
		"over the budget: RestLayer, fresh is +Inf standard deviations from its formula, want at most 3" {
		t.Errorf("got %v", err)
	}
	want := "" +
		"| a day                        | formula | counted |   off by | chance | off/chance | budget |\n" +
		"| ---------------------------- | ------: | ------: | -------: | -----: | ---------: | -----: |\n" +
		"| popularity: ObjectLayer      |      10 |      15 |   50.0 % | 12.5 % |        4.0 |    3.0 |\n" +
		"| popularity: RestLayer        |       6 |       0 | -100.0 % | 16.7 % |       -6.0 |    3.0 |\n" +
		"| popularity: RestLayer, fresh |       0 |       5 |          |        |       +Inf |    3.0 |\n" +
		"| popularity: layers sent      |      20 |      20 |    0.0 % | 15.0 % |        0.0 |    3.0 |\n" +
		"| popularity: bytes sent       |  5.0 GB |  4.0 GB |  -20.0 % | 10.0 % |       -2.0 |    3.0 |\n" +
		"| popularity: bytes stored     |  5.0 GB |  5.0 GB |    0.0 % | 10.0 % |        0.0 |    3.0 |\n"
	if table.String() != want {
		t.Errorf("got\n%s", &table)
	}
}

// TestScaleSizes: the sizes that the model takes for granted are those of what
// the program strata writes, within what longer names would change.
func TestScaleSizes(t *testing.T) {
	p := built(t)
	const objects, refs, maxLayers = 60, 3 * 57, 30
	sample := newSizeSample(t, p.Strata, objects)
	sample.run("customisation", "--content", sample.paths[0]+"=layer0.listing", "--tar", "links.tar", "--metadata", "links.json", "--references-out", "links.references")
	sample.run("closure", "--graph", "graph.json", "--synthetic", pathOfSample(objects)+"=links.references", "--out", "closure.json")
	sample.run("plan", "--closure", "closure.json", "--max-layers", fmt.Sprint(maxLayers), "--own-layers", "1", "--out", "plan.json")
	sample.run("rest", "--plan", "plan.json", "--objects", "set", "--out", "rest.json")
	config := []string{"config", "--plan", "plan.json", "--customisation", "links.json", "--rest", "rest.json", "--config", "user.json", "--architecture", "amd64",
		"--out", "image.config", "--layers-out", "image.layers", "--tag-out", "image.tag"}
	for i := range objects {
		config = append(config, "--layer", fmt.Sprintf("layer%d.json", i))
	}
	sample.run(config...)
	const alone = maxLayers - 2
	for _, c := range []struct {
		kind  rebuild.Kind
		files string
	}{
		{rebuild.ObjectLayer, "layer0.json layer0.listing"},
		{rebuild.ObjectInfo, "info.json"},
		{rebuild.ObjectBlobInfo, "blob.json"},
		{rebuild.CustomisationLayer, "links.tar links.json links.references"},
		{rebuild.Closure, "closure.json"},
		{rebuild.LayerPlan, "plan.json"},
		{rebuild.RestLayer, "rest.json"},
		{rebuild.ImageConfig, "image.config image.layers image.tag"},
	} {
		var got int64
		for _, name := range strings.Fields(c.files) {
			info, err := os.Stat(filepath.Join(sample.folder, name))
			if err != nil {
				t.Fatal(err)
			}
			got += info.Size()
		}
		if want := rebuild.Written(c.kind, objects, refs, maxLayers, alone); got < want*7/10 || got > want*13/10 {
			t.Errorf("%v: %d bytes, the model has %d", c.kind, got, want)
		}
	}
}

// sizeSample is an image whose steps are run one by one.
type sizeSample struct {
	t              *testing.T
	strata, folder string
	paths          []string
}

func pathOfSample(i int) string { return fmt.Sprintf("/nix/store/%032d-package-%d", i, i) }

// newSizeSample describes objects of one small file, each of which needs the
// three before it.
func newSizeSample(t *testing.T, strata string, objects int) *sizeSample {
	s := &sizeSample{t: t, strata: strata, folder: t.TempDir()}
	f := files{folder: s.folder}
	var graph []map[string]any
	var set strings.Builder
	f.text("data", "data\n")
	f.nar("object.nar", "file", "data", 5)
	for i := range objects {
		s.paths = append(s.paths, pathOfSample(i))
	}
	for i, path := range s.paths {
		needs := []string{}
		if i+3 < objects {
			needs = s.paths[i+1 : i+4]
		}
		graph = append(graph, map[string]any{"path": path, "references": needs})
		fmt.Fprintf(&set, "object\x00%s\nnar\x00object.nar\n", path)
	}
	f.json("graph.json", graph)
	f.text("set", set.String())
	f.json("user.json", map[string]any{"Cmd": []string{"/file"}})
	if f.err != nil {
		t.Fatal(f.err)
	}
	for i, path := range s.paths {
		s.run("layer", "--object", path+"=object.nar", "--metadata", fmt.Sprintf("layer%d.json", i), "--listing", fmt.Sprintf("layer%d.listing", i))
	}
	s.run("info", "--object", s.paths[0]+"=object.nar", "--out", "info.json")
	s.run("blob", "--object", s.paths[0]+"=object.nar", "--compression", "gzip", "--descriptor", "blob.json")
	return s
}

func (s *sizeSample) run(args ...string) {
	s.t.Helper()
	cmd := exec.Command(s.strata, args...)
	cmd.Dir = s.folder
	if out, err := cmd.CombinedOutput(); err != nil {
		s.t.Fatalf("strata %s: %v: %s", args[0], err, out)
	}
}
