package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestSpeedInputs: the same bytes every time, so that numbers of last year are
// of the same files.
func TestSpeedInputs(t *testing.T) {
	folder := t.TempDir()
	if err := (&speedInputs{folder: folder, size: 3 << 20, each: 2}).make(); err != nil {
		t.Fatal(err)
	}
	if err := writeGraphs(folder, []int{2, 50}); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"one.nar":          "1761ce8f",
		"one.manifest":     "0bee08d7",
		"object-099.nar":   "8b8301dd",
		"graph-2.json":     "852f7be3",
		"graph-50.json":    "acef96b9",
		"tree/199/file-01": "895f9550",
	} {
		data, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(data)
		if got := hex.EncodeToString(sum[:4]); got != want {
			t.Errorf("%s: %d bytes, %s, want %s", name, len(data), got, want)
		}
	}
	size, err := sizeOf(filepath.Join(folder, speedTree))
	if err != nil || size != 3<<20 {
		t.Errorf("the files have %d bytes, %v", size, err)
	}
}

// TestSpeed: the suite runs, with few bytes and whichever peers are there.
func TestSpeed(t *testing.T) {
	p := built(t)
	folder := t.TempDir()
	c := &speedCmd{Size: 300_000, Files: speedFolders, Runs: 1, Folder: folder, Graph: []int{2, 30},
		Group: []string{groupLayers, groupTars, groupBlobs, groupImages, groupCopies, groupGraphs, groupStart}}
	groups, err := c.measure(context.Background(), p, &report{progress: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, g := range groups {
		names = append(names, g.name)
		if len(g.own()) == 0 || len(g.figures()) == 0 && g.name != groupImages && g.name != groupCopies {
			t.Errorf("%s: nothing was measured", g.name)
		}
		for _, task := range g.tasks {
			if len(task.runs) != g.runs(1) || task.cpu() <= 0 || task.wall() <= 0 || task.peak().peak < 1<<19 || g.name != groupStart && task.written() <= 0 {
				t.Errorf("%s: %s: %+v", g.name, task.name, task.runs)
			}
		}
	}
	if got := strings.Join(names, " "); got != strings.Join(c.Group, " ") {
		t.Errorf("groups %s", got)
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

// TestSpeedReport: medians, spreads and budgets.
func TestSpeedReport(t *testing.T) {
	run := func(cpu time.Duration) taskRun {
		return taskRun{usage: usage{cpu: cpu, wall: 2 * cpu, peak: 3 << 20, floor: 2 << 20}, written: 1 << 20}
	}
	ours := &task{name: "ours", input: 1 << 30, runs: []taskRun{run(3 * time.Second), run(time.Second), run(1200 * time.Millisecond)}}
	theirs := &task{name: "theirs", peer: true, input: 1 << 30, runs: []taskRun{run(time.Second), run(50 * time.Millisecond)}}
	// Of the run with the highest peak nothing can be told.
	theirs.runs[1].peak, theirs.runs[1].floor = 4<<20, 4<<20
	g := &speedGroup{name: groupTars, tasks: []*task{ours, theirs}}
	g.figures = func() []figure { return tarFigures(g) }
	var text strings.Builder
	r := &report{table: &text}
	err := reportSpeed(r, []*speedGroup{g})
	if err == nil || err.Error() != "not within the budget: ours / theirs: 1.20 of its CPU s" {
		t.Errorf("got %v", err)
	}
	want := "" +
		"| what   | CPU s |  least–most | wall s | peak MiB | written MiB |\n" +
		"| ------ | ----: | ----------: | -----: | -------: | ----------: |\n" +
		"| ours   |  1.20 |   1.00–3.00 |   2.40 |      3.0 |         1.0 |\n" +
		"| theirs |  1.00 | 0.0500–1.00 |   2.00 |    < 4.0 |         1.0 |\n" +
		"\n" +
		"| figure        | value |         unit | budget |\n" +
		"| ------------- | ----: | -----------: | -----: |\n" +
		"| ours          |  1.20 |    CPU s/GiB | ≤ 2.00 |\n" +
		"| ours / theirs |  1.20 | of its CPU s | ≤ 1.00 |\n"
	if text.String() != want {
		t.Errorf("got\n%s", &text)
	}
	if m := r.results.Measurements; len(m) != 2 || len(m[0].Runs) != 3 || m[0].Runs[1] != (measuredRun{1, 2, 3 << 20, 2 << 20, 1 << 20}) || !m[1].Peer {
		t.Errorf("got %+v", m)
	}
	if len(r.charts) != 1 || len(r.charts[0].bars) != 2 || r.charts[0].bars[0] != (bar{name: "ours", value: 1.2, least: 1, most: 3}) {
		t.Errorf("got %+v", r.charts)
	}
}

func TestFigure(t *testing.T) {
	for _, test := range []struct {
		f      figure
		missed bool
		budget string
	}{
		{figure{Value: 1}, false, "none"},
		{figure{Value: 2, Budget: 2}, false, "≤ 2.00"},
		{figure{Value: 2.01, Budget: 2}, true, "≤ 2.00"},
		{figure{Value: 120, Budget: 120, AtLeast: true}, false, "≥ 120"},
		{figure{Value: 119, Budget: 120, AtLeast: true}, true, "≥ 120"},
	} {
		if test.f.missed() != test.missed || test.f.budget() != test.budget {
			t.Errorf("%+v: missed %v, %s", test.f, test.f.missed(), test.f.budget())
		}
	}
}

func TestFailingTask(t *testing.T) {
	folder := t.TempDir()
	failing := &task{name: "failing", commands: [][]string{{"/bin/sh", "-c", "echo broken >&2; exit 3"}}}
	err := inTurns(context.Background(), &report{progress: io.Discard}, folder, []*task{failing}, 0, 1)
	if err == nil || !strings.HasPrefix(err.Error(), "failing: ") || !strings.HasSuffix(err.Error(), "exit status 3: broken") {
		t.Errorf("got %v", err)
	}
}

// TestInTurns: what warms up is run, and not counted.
func TestInTurns(t *testing.T) {
	folder := t.TempDir()
	log := filepath.Join(folder, "log")
	counting := &task{name: "counting", commands: [][]string{{"/bin/sh", "-c", "echo x >> " + log}}}
	if err := inTurns(context.Background(), &report{progress: io.Discard}, folder, []*task{counting}, 2, 3); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(log); string(text) != "x\nx\nx\nx\nx\n" || err != nil || len(counting.runs) != 3 {
		t.Errorf("ran %q %v, counted %d", text, err, len(counting.runs))
	}
}

// TestFailingPeer: a peer fails when any of its programs does, also one that is
// not the last of a pipeline.
func TestFailingPeer(t *testing.T) {
	folder := t.TempDir()
	if err := (&speedInputs{folder: folder, size: 100_000, each: 1}).make(); err != nil {
		t.Fatal(err)
	}
	path := os.Getenv("PATH")
	for _, group := range []string{groupLayers, groupTars, groupBlobs} {
		for _, p := range peers()[group] {
			if err := p.missing(context.Background()); err != nil {
				t.Logf("left out: %s: %v", p.name, err)
				continue
			}
			for _, program := range append([]string{"tee"}, p.programs...) {
				if !strings.Contains(p.line, program) {
					continue
				}
				t.Run(p.name+" without "+program, func(t *testing.T) {
					broken := t.TempDir()
					// It reads and writes all there is, and fails only then.
					script := "#!/bin/sh\nPATH='" + path + "' " + program + " \"$@\"\nexit 3\n"
					if err := os.WriteFile(filepath.Join(broken, program), []byte(script), 0o755); err != nil {
						t.Fatal(err)
					}
					t.Setenv("PATH", broken+string(os.PathListSeparator)+path)
					if _, err := p.task(1).run(context.Background(), folder); err == nil || !strings.Contains(err.Error(), "exit status 3") {
						t.Errorf("got %v", err)
					}
					if err := os.RemoveAll(filepath.Join(folder, outFolder)); err != nil {
						t.Fatal(err)
					}
				})
			}
			if _, err := p.task(1).run(context.Background(), folder); err != nil {
				t.Errorf("%s: %v", p.name, err)
			}
		}
	}
}

func TestSpeedCommandLine(t *testing.T) {
	for _, test := range []struct {
		args   string
		status int
		want   string
	}{
		{"speed --help", 0, "Usage: bench speed"},
		{"speed --runs 0", exitFailure, "bench speed: --runs is 0, --warm 1 and --graph [1000 10000 100000]: want at least 1, 0, and 2 objects"},
		{"speed --graph 1", exitFailure, "bench speed: --runs is 3, --warm 1 and --graph [1]: want at least 1, 0, and 2 objects"},
		{"speed --warm=-1", exitFailure, "bench speed: --runs is 3, --warm -1 and "},
		{"speed --files 199", exitFailure, "bench speed: --files is 199: want at least 200"},
		{"speed --group all", exitUsage, "bench: --group must be one of "},
	} {
		var stdout, stderr strings.Builder
		status := run(context.Background(), strings.Fields(test.args), &stdout, &stderr)
		if text := stdout.String() + stderr.String(); status != test.status || !strings.HasPrefix(text, test.want) {
			t.Errorf("%q: status %d: %s", test.args, status, text)
		}
	}
}
