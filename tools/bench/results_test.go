package main

import (
	"encoding/json"
	"encoding/xml"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rules-strata/rules_strata/tools/bench/monorepo/rebuild"
	"github.com/rules-strata/rules_strata/tools/bench/replay"
)

// TestSave: a suite that only writes a table has a JSON file and a chart of it,
// too.
func TestSave(t *testing.T) {
	folder := t.TempDir()
	r := &report{table: io.Discard}
	r.start("memory", []string{"memory", "--size", "1MiB"})
	if err := r.write([]string{"step", "peak MiB", "budget"}, [][]string{{"a <step>", "12.5", "64"}, {"b", "70.0 %", "1.15 of own"}}); err != nil {
		t.Fatal(err)
	}
	files := resultFiles{JSON: filepath.Join(folder, "x.json"), Plot: filepath.Join(folder, "x.svg")}
	if err := r.save(files); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(files.JSON)
	if err != nil {
		t.Fatal(err)
	}
	var got results
	if err := json.Unmarshal(data, &got); err != nil || got.Suite != "memory" || got.Machine != machine() || len(got.Arguments) != 3 ||
		len(got.Tables) != 1 || got.Tables[0].Rows[1][1] != "70.0 %" {
		t.Errorf("%v: %s", err, data)
	}
	if data, err = os.ReadFile(files.Plot); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"a &lt;step&gt;", "step, peak MiB", ">12.5<", ">70<", `class="budget"`} {
		if !strings.Contains(string(data), want) {
			t.Errorf("no %s in %s", want, data)
		}
	}
	checkXML(t, string(data))
}

// TestSaveNothing: a suite that failed before it had results writes nothing.
func TestSaveNothing(t *testing.T) {
	file := filepath.Join(t.TempDir(), "x.json")
	if err := new(report).save(resultFiles{JSON: file}); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(file); err == nil {
		t.Error("a file was written")
	}
}

func TestAtCaller(t *testing.T) {
	t.Setenv("BUILD_WORKING_DIRECTORY", "/caller")
	if got := atCaller("x.json"); got != "/caller/x.json" {
		t.Error(got)
	}
	if got := atCaller("/x.json"); got != "/x.json" {
		t.Error(got)
	}
}

// TestPlot: bars are within the picture, whatever their values.
func TestPlot(t *testing.T) {
	long := strings.Repeat("a long name ", 20)
	svg := plot("title", []chart{
		{title: "one", unit: "s", bars: []bar{{name: long, value: 1, least: .5, most: 2}, {name: "other", value: 1.5, other: true, budget: 1}}},
		{title: "zero", unit: "s", bars: []bar{{name: "nothing", budget: 5}}},
		{title: "empty", unit: "s"},
	})
	checkXML(t, svg)
	if strings.Contains(svg, long) || strings.Count(svg, "<rect") != 3 || strings.Count(svg, `class="budget"`) != 1 || strings.Count(svg, `class="spread"`) != 1 {
		t.Errorf("got %s", svg)
	}
	if !strings.Contains(svg, `width="500.0"`) && !strings.Contains(svg, `x2="900.0"`) {
		t.Errorf("the largest value does not fill the width: %s", svg)
	}
}

// TestBudgetLines: the budgets of every suite are drawn over what they are about.
func TestBudgetLines(t *testing.T) {
	for _, test := range []struct {
		name, want string
		write      func(r *report) error
	}{
		{"import", "NAR in, peak MiB", func(r *report) error {
			own := usage{peak: 65 << 20, cpu: time.Second}
			return reportImports(r, 1e9, []imported{{name: "xz", fileSize: 1 << 20, own: own, tools: own}})
		}},
		{"analysis", "analysis, image s", func(r *report) error {
			return reportAnalyses(r, []analysis{{name: "young", took: took{wall: time.Second}},
				{name: "all", budget: firstAnalysisBudget, beyond: 7 * time.Second, took: took{wall: 10 * time.Second}}}, nil)
		}},
		{"layering", "strategy, kept", func(r *report) error {
			return reportReplays(r, []replayed{{replay.Options{Strategy: "stable"}, replay.Numbers{Resent: .5}, .97}})
		}},
		{"scale", "a day, off/chance", func(r *report) error {
			x := &rebuild.Result{Days: 1}
			x.Expected, x.Counted, x.Chance = rebuild.Amounts{100}, rebuild.Amounts{60}, rebuild.Amounts{10}
			return reportExpected(r, []scaled{{"popularity", x}})
		}},
		{"memory", "step, peak MiB", func(r *report) error {
			return reportMemory(r, []result{{name: "a", usage: usage{peak: 65 << 20}, budget: memoryBudget}})
		}},
		{"start", "command, least CPU ms", func(r *report) error {
			return reportStarts(r, []*started{{name: "a", budget: startBudget, cpu: []time.Duration{startBudget}}})
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := &report{table: io.Discard}
			_ = test.write(r) // over the budget, or not
			file := filepath.Join(t.TempDir(), "x.svg")
			if err := r.save(resultFiles{Plot: file}); err != nil {
				t.Fatal(err)
			}
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			svg := string(data)
			at := strings.Index(svg, ">"+test.want+"<")
			if line := strings.Index(svg, `class="budget"`); at < 0 || line < at || strings.Count(svg, `class="budget"`) != 1 {
				t.Errorf("no chart of %q with one budget:\n%s", test.want, svg)
			}
			if strings.Contains(svg, `width="-`) || strings.Contains(svg, "young") && strings.Index(svg, "young") < strings.Index(svg, ">analysis, wall s<") {
				t.Errorf("bars without a number, or below 0:\n%s", svg)
			}
		})
	}
}

func checkXML(t *testing.T, text string) {
	t.Helper()
	for d := xml.NewDecoder(strings.NewReader(text)); ; {
		if _, err := d.Token(); err == io.EOF {
			return
		} else if err != nil {
			t.Fatalf("not XML: %v: %s", err, text)
		}
	}
}
