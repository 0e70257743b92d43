package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// The groups of the suite speed. What is in one of them runs in turns, and is
// compared.
const (
	groupLayers = "layers"
	groupTars   = "tars"
	groupBlobs  = "blobs"
	groupImages = "images"
	groupCopies = "copies"
	groupGraphs = "graphs"
	groupStart  = "start"
)

// speedCmd is the suite speed.
type speedCmd struct {
	Size   size     `default:"1GiB" placeholder:"SIZE" help:"Size of all files (default ${default}). The budgets are for the default."`
	Files  int      `default:"10000" placeholder:"N" help:"Number of files, in 200 directories (default ${default})."`
	Runs   int      `default:"3" placeholder:"N" help:"How often everything is run (default ${default}): the median counts."`
	Warm   int      `default:"1" placeholder:"N" help:"How often everything is run before that, and not counted (default ${default}): a virtual machine gets its memory back."`
	Group  []string `placeholder:"NAME" enum:"layers,tars,blobs,images,copies,graphs,start" default:"layers,tars,blobs,images,copies,graphs,start" help:"What is measured (default ${default})."`
	Graph  []int    `placeholder:"N" default:"1000,10000,100000" help:"Numbers of objects of the graphs (default ${default})."`
	Folder string   `placeholder:"DIR" help:"An existing folder to work in, in one below it that is removed again; eight times the size must fit (default: the system's for temporary files)."`
}

// Help describes the suite.
func (speedCmd) Help() string {
	return "Makes files in 200 directories, half text and half random bytes, and runs the steps of an image of them in turns with other programs that do the like, " +
		"as far as these are in PATH: GNU tar with sha256sum, gzip, pigz and zstd, crane, umoci, skopeo, buildah. Then orders and splits graphs of objects, and starts strata."
}

// speedGroup are tasks that run in turns.
type speedGroup struct {
	name  string
	tasks []*task
	// figures are what the tasks' times mean, once they have run.
	figures func() []figure
}

// Run runs the suite.
func (c *speedCmd) Run(ctx context.Context, p *programs, r *report) error {
	groups, err := c.measure(ctx, p, r)
	if err != nil {
		return err
	}
	return reportSpeed(r, groups)
}

// measure makes the inputs and runs the tasks.
func (c *speedCmd) measure(ctx context.Context, p *programs, r *report) (groups []*speedGroup, err error) {
	if c.Files < speedFolders {
		return nil, fmt.Errorf("--files is %d: want at least %d", c.Files, speedFolders)
	}
	if c.Runs < 1 || c.Warm < 0 || slices.ContainsFunc(c.Graph, func(n int) bool { return n < 2 }) {
		return nil, fmt.Errorf("--runs is %d, --warm %d and --graph %d: want at least 1, 0, and 2 objects", c.Runs, c.Warm, c.Graph)
	}
	folder, err := os.MkdirTemp(c.Folder, "bench-speed-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	if folder, err = filepath.Abs(folder); err != nil {
		return nil, err
	}
	r.begin("%s, %d files of %s in all, load average %s", machine(), c.Files, c.Size, loadAverage())
	if err := p.prepare(ctx, folder); err != nil {
		return nil, err
	}
	steps := &speedSteps{programs: p, size: int64(c.Size)}
	if groups, err = c.groups(ctx, r, steps, folder); err != nil {
		return nil, err
	}
	r.begin("making the inputs in %s", folder)
	if err := c.inputs(ctx, steps, folder, groups); err != nil {
		return nil, err
	}
	forgetPeak()
	for _, g := range groups {
		if err := inTurns(ctx, r, folder, g.tasks, c.Warm, g.runs(c.Runs)); err != nil {
			return nil, err
		}
	}
	return groups, nil
}

// inputs makes what the groups read.
func (c *speedCmd) inputs(ctx context.Context, steps *speedSteps, folder string, groups []*speedGroup) error {
	has := func(names ...string) bool {
		return slices.ContainsFunc(groups, func(g *speedGroup) bool { return slices.Contains(names, g.name) })
	}
	if has(groupGraphs) {
		if err := writeGraphs(folder, c.Graph); err != nil {
			return err
		}
	}
	if !has(groupLayers, groupTars, groupBlobs, groupImages, groupCopies) {
		return nil
	}
	files := speedInputs{folder: folder, size: int64(c.Size), each: c.Files / speedFolders}
	if err := files.make(); err != nil {
		return err
	}
	return steps.inputs(ctx, folder, has(groupCopies))
}

// groups are those that were asked for, with the peers that are there.
func (c *speedCmd) groups(ctx context.Context, r *report, steps *speedSteps, folder string) ([]*speedGroup, error) {
	known := peers()
	var groups []*speedGroup
	for _, name := range []string{groupLayers, groupTars, groupBlobs, groupImages, groupCopies, groupGraphs, groupStart} {
		if !slices.Contains(c.Group, name) {
			continue
		}
		g := &speedGroup{name: name}
		if err := c.fill(ctx, g, steps, folder); err != nil {
			return nil, err
		}
		for _, p := range known[name] {
			if err := p.missing(ctx); err != nil {
				r.begin("left out: %s: %v", p.name, err)
				continue
			}
			for _, program := range p.programs {
				r.version(program, versionOf(ctx, program))
			}
			g.tasks = append(g.tasks, p.task(int64(c.Size)))
		}
		groups = append(groups, g)
	}
	return groups, nil
}

// runs is how often the tasks run: a start is over soon, and little of all else
// changes it.
func (g *speedGroup) runs(n int) int {
	const starts = 20
	if g.name == groupStart {
		return starts * n
	}
	return n
}

// fill gives a group the project's own tasks.
func (c *speedCmd) fill(ctx context.Context, g *speedGroup, steps *speedSteps, folder string) error {
	switch g.name {
	case groupLayers:
		one, files, several, worker := steps.diffIDs(folder)
		floor, err := hashes(ctx, folder, steps.size)
		if err != nil {
			return err
		}
		g.tasks = append([]*task{one, files, several, worker}, floor...)
		g.figures = func() []figure { return layerFigures(g, one, several, worker, floor) }
	case groupTars:
		g.tasks = steps.tars()
		g.figures = func() []figure { return tarFigures(g) }
	case groupBlobs:
		zstd, gzip := steps.blobs()
		g.tasks = []*task{zstd, gzip}
		g.figures = func() []figure { return blobFigures(g, zstd, gzip) }
	case groupImages:
		layout := steps.layout()
		g.tasks = []*task{layout}
		g.figures = func() []figure { return ratios(g, layout) }
	case groupCopies:
		layout := steps.layoutOfDescribed()
		g.tasks = []*task{layout}
		g.figures = func() []figure { return ratios(g, layout) }
	case groupGraphs:
		for _, n := range c.Graph {
			g.tasks = append(g.tasks, steps.graphTask(n))
		}
		g.figures = func() []figure { return graphFigures(g, c.Graph) }
	case groupStart:
		return fillStart(ctx, g, steps, folder)
	}
	return nil
}
