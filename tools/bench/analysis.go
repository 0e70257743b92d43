package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// What the image may add to an analysis of 1000 objects by a warm server, on a
// quiet machine; see docs/performance.md.
const (
	firstAnalysisBudget = 2 * time.Second
	againAnalysisBudget = time.Second
)

// imagesAnalysisBudget is what as many images as the workspace has may add, with
// the objects that they share.
const imagesAnalysisBudget = 4 * time.Second

// analysisCmd is the suite analysis.
type analysisCmd struct {
	Objects int    `default:"1000" placeholder:"N" help:"How many objects the lock has (default ${default})."`
	Warm    int    `default:"10" placeholder:"N" help:"How many rounds make a server a warm one (default ${default})."`
	Rounds  int    `default:"5" placeholder:"N" help:"How many rounds on the warm server are measured; their median counts (default ${default})."`
	Bazel   string `placeholder:"FILE" help:"Bazel, or a program like it (default: bazelw of the repository)."`
	Folder  string `placeholder:"DIR" help:"An existing folder to work in, in one below it that is removed again (default: the system's for temporary files)."`
}

// Help describes the suite.
func (analysisCmd) Help() string {
	return "Makes a workspace that uses the rules of this repository, with a lock of objects that refer to ten others each, " +
		"and has Bazel analyse images over them, without building anything. The budgets are of the wall time that the image adds on a warm server, for 1000 objects on a quiet machine. Linux only."
}

// analysis is an analysis by Bazel, and what it took.
type analysis struct {
	name string
	// beyond is what is not the image's share of wall, 0 if that is not asked.
	beyond time.Duration
	budget time.Duration
	took
}

// heapSize is how much memory Bazel's server needs for what it knows, by its own
// count after a collection.
type heapSize struct {
	name      string
	megabytes int64
}

// took is what an analysis took: wall is what Bazel says, cpu that of its
// server.
type took struct{ wall, cpu time.Duration }

// Run runs the suite.
func (c *analysisCmd) Run(ctx context.Context, r *report) error {
	results, heaps, err := c.measure(ctx, r)
	if err != nil {
		return err
	}
	return reportAnalyses(r, results, heaps)
}

func reportAnalyses(r *report, results []analysis, heaps []heapSize) error {
	var rows [][]string
	var over []string
	for _, a := range results {
		added, budget := "", "none"
		if a.beyond > 0 {
			added = seconds(a.wall - a.beyond)
		}
		if a.budget > 0 {
			budget = seconds(a.budget)
			if a.wall-a.beyond > a.budget {
				over = append(over, a.name)
			}
		}
		rows = append(rows, []string{a.name, seconds(a.wall), added, budget, seconds(a.cpu)})
	}
	if err := r.write([]string{"analysis", "wall s", "image s", "budget", "CPU s"}, rows, "image s", "wall s"); err != nil {
		return err
	}
	if err := reportHeaps(r, heaps); err != nil {
		return err
	}
	if len(over) > 0 {
		return fmt.Errorf("over the budget: %s", strings.Join(over, "; "))
	}
	return nil
}

func reportHeaps(r *report, heaps []heapSize) error {
	if err := r.paragraph(); err != nil {
		return err
	}
	var rows [][]string
	for _, h := range heaps {
		rows = append(rows, []string{h.name, fmt.Sprint(h.megabytes)})
	}
	return r.write([]string{"memory of the server with", "MB"}, rows)
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.2f", d.Seconds()) }

// measure makes the workspace and has it analysed.
func (c *analysisCmd) measure(ctx context.Context, r *report) (results []analysis, heaps []heapSize, err error) {
	if c.Objects < 3 {
		return nil, nil, fmt.Errorf("--objects is %d: want at least 3", c.Objects)
	}
	if c.Warm < 0 || c.Rounds < 1 {
		return nil, nil, fmt.Errorf("--warm is %d and --rounds is %d: want at least 0 and 1", c.Warm, c.Rounds)
	}
	repository, err := repositoryFolder()
	if err != nil {
		return nil, nil, err
	}
	folder, err := os.MkdirTemp(c.Folder, "bench-analysis-")
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	if folder, err = filepath.Abs(folder); err != nil {
		return nil, nil, err
	}
	r.begin("%s, a lock of %d objects in %s", machine(), c.Objects, folder)
	w, err := newWorkspace(folder, repository, c.Objects)
	if err != nil {
		return nil, nil, err
	}
	b, err := bazelIn(folder, repository, c.Bazel)
	if err != nil {
		return nil, nil, err
	}
	if err := b.note(ctx, r); err != nil {
		return nil, nil, err
	}
	r.begin("starting Bazel")
	defer func() { err = errors.Join(err, b.expunge(ctx)) }()
	young, err := b.young(ctx, r)
	if err != nil {
		return nil, nil, err
	}
	warm, err := c.warm(ctx, r, w, b)
	if err != nil {
		return nil, nil, err
	}
	heaps, err = b.heaps(ctx, c.Warm+c.Rounds+1)
	return append(young, warm...), heaps, err
}

// young measures servers that have only just started.
func (b *bazel) young(ctx context.Context, r *report) ([]analysis, error) {
	if err := b.start(ctx); err != nil {
		return nil, err
	}
	var results []analysis
	for _, a := range []struct {
		name, target string
		// restart starts a new server before, which finds all repositories fetched.
		restart bool
	}{
		{"young server: image of one object", "//:one", false},
		{"young server: image of all objects", "//:all", false},
		{"young server: image of all objects, fetched before", "//:all", true},
	} {
		if a.restart {
			if err := b.restart(ctx); err != nil {
				return nil, err
			}
		}
		t, err := b.analyse(ctx, a.target, 0)
		if err != nil {
			return nil, err
		}
		r.begin("%5s s  %s", seconds(t.wall), a.name)
		results = append(results, analysis{name: a.name, took: t})
	}
	return results, nil
}

// warm measures a server that has analysed the image many times before, after
// changes too. Each round is in a configuration of its own, so that nothing of
// the analyses before it can be used.
func (c *analysisCmd) warm(ctx context.Context, r *report, w *workspace, b *bazel) ([]analysis, error) {
	var without, first, nothing, again, images []took
	for i := range c.Warm + c.Rounds {
		configuration, other := i+1, -i-1
		for _, m := range []struct {
			into          *[]took
			target        string
			configuration int
			change        bool
		}{
			{&without, "//:one", configuration, false},
			{&first, "//:all", configuration, false},
			{&nothing, "//:all", configuration, false},
			{&again, "//:all", configuration, true},
			{&images, "//:images", other, false},
		} {
			if m.change {
				if err := w.change(configuration); err != nil {
					return nil, err
				}
			}
			t, err := b.analyse(ctx, m.target, m.configuration)
			if err != nil {
				return nil, err
			}
			*m.into = append(*m.into, t)
		}
		what := fmt.Sprintf("round %d of %d", i+1-c.Warm, c.Rounds)
		if i < c.Warm {
			what = fmt.Sprintf("warming up, %d of %d", i+1, c.Warm)
		}
		r.begin("%5s s  image of all objects, %5s s  after a change, %5s s  %d images, %s", seconds(first[i].wall), seconds(again[i].wall), seconds(images[i].wall), analysedImages, what)
	}
	for _, measured := range []*[]took{&without, &first, &nothing, &again, &images} {
		*measured = (*measured)[c.Warm:]
	}
	idle := median(nothing)
	return []analysis{
		{name: "warm server: image of one object, new configuration", took: median(without)},
		{name: "warm server: nothing has changed", took: idle},
		{name: "warm server: image of all objects, new configuration", took: median(first), beyond: idle.wall, budget: firstAnalysisBudget},
		{name: "warm server: image of all objects, one has changed", took: median(again), beyond: idle.wall, budget: againAnalysisBudget},
		{name: fmt.Sprintf("warm server: %d images of all objects, new configuration", analysedImages), took: median(images), beyond: idle.wall, budget: imagesAnalysisBudget},
	}, nil
}

// heaps are how much memory the server needs for what it knows of an image of
// one object, then of all objects too, then of all images.
func (b *bazel) heaps(ctx context.Context, configuration int) ([]heapSize, error) {
	var all []heapSize
	for _, known := range []struct{ target, name string }{
		{"//:one", "the image of one object"},
		{"//:all", "that of all objects, too"},
		{"//:images", fmt.Sprintf("%d more of all objects, too", analysedImages)},
	} {
		if _, err := b.analyse(ctx, known.target, configuration); err != nil {
			return nil, err
		}
		megabytes, err := b.heap(ctx)
		if err != nil {
			return nil, err
		}
		all = append(all, heapSize{known.name, megabytes})
	}
	return all, nil
}

// median is the one in the middle by wall time, the later one of two.
func median(of []took) took {
	sorted := slices.SortedFunc(slices.Values(of), func(a, b took) int { return cmp.Compare(a.wall, b.wall) })
	return sorted[len(sorted)/2]
}

// repositoryFolder is the folder of the repository that this is run in.
func repositoryFolder() (string, error) {
	start, err := filepath.Abs(os.Getenv("BUILD_WORKSPACE_DIRECTORY"))
	if err != nil {
		return "", err
	}
	for folder := start; ; folder = filepath.Dir(folder) {
		if _, err := os.Stat(filepath.Join(folder, "bazelw")); err == nil {
			return folder, nil
		}
		if folder == filepath.Dir(folder) {
			return "", fmt.Errorf("%s is not in the repository of rules_strata: run it there", start)
		}
	}
}
