package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// incrementalBudget is what it may take beyond Bazel's time for nothing until an
// image is in Docker after one file has changed, on a quiet machine; see
// docs/performance.md.
const incrementalBudget = 1500 * time.Millisecond

// incrementalCmd is the suite incremental.
type incrementalCmd struct {
	Objects []int         `default:"100,1000" placeholder:"N" help:"How many objects the images have, with commas between (default ${default})."`
	Files   int           `default:"10000" placeholder:"N" help:"How many files all objects have together (default ${default})."`
	Size    size          `default:"1GiB" placeholder:"SIZE" help:"Size of an image (default ${default})."`
	Engine  []string      `enum:"docker-classic,docker-containerd" default:"docker-classic,docker-containerd" placeholder:"NAME" help:"The engines, with commas between: ${enum} (default: all)."`
	Rounds  int           `default:"5" placeholder:"N" help:"How often each change with a budget is made; the medians count. The others are made half as often (default ${default})."`
	Settle  time.Duration `default:"500ms" placeholder:"TIME" help:"How long the machine is left alone before each run, once the disk has what was written (default ${default})."`
	Bazel   string        `placeholder:"FILE" help:"Bazel, or a program like it (default: bazelw of the repository)."`
	Folder  string        `placeholder:"DIR" help:"An existing folder to work in, in one below it that is removed again; six times the size must fit (default: the system's for temporary files)."`
}

// Help describes the suite.
func (incrementalCmd) Help() string {
	return "Makes a workspace of as many store objects, with images of all of them, starts each of Docker's stores empty, and has bazel run load an image into it. Then one file of one object changes, and bazel run loads the image again: " +
		"what that takes from the command to its end, beyond bazel run of a program that does nothing where nothing has changed. The engines are started by this program, which has to be root on Linux; one whose programs are not in PATH is left out: " +
		"BAZELW_ROOT=test ./bazelw --exec go run ./tools/bench incremental has all of them."
}

// Run runs the suite.
func (c *incrementalCmd) Run(ctx context.Context, p *programs, r *report) error {
	results, err := c.measure(ctx, p, r, loadEngines())
	if err != nil {
		return err
	}
	return reportEdits(r, results)
}

// measure makes a workspace for each number of objects, one after another.
func (c *incrementalCmd) measure(ctx context.Context, p *programs, r *report, known []loadEngine) (results []*edit, err error) {
	if c.Rounds < 1 || len(c.Objects) == 0 || slices.Min(c.Objects) < 3 {
		return nil, fmt.Errorf("--rounds is %d and --objects %v: want at least 1 round and 3 objects", c.Rounds, c.Objects)
	}
	repository, err := repositoryFolder()
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp(c.Folder, "bench-incremental-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	if folder, err = filepath.Abs(folder); err != nil {
		return nil, err
	}
	r.begin("%s, images of %s with %d files, load average %s", machine(), c.Size, c.Files, loadAverage())
	engines := (&loadCmd{Engine: c.Engine}).engines(ctx, r, known)
	if len(engines) == 0 {
		return nil, errors.New("no engine can be started: their programs have to be in PATH, see --help")
	}
	if err := p.prepare(ctx, folder); err != nil {
		return nil, err
	}
	for _, objects := range c.Objects {
		of, err := c.workspace(ctx, folder, repository, p, r, engines, objects)
		if err != nil {
			return nil, fmt.Errorf("%d objects: %w", objects, err)
		}
		results = append(results, of...)
	}
	return results, nil
}

// workspace measures one workspace, with a server of Bazel's of its own: what
// that knows is part of its time for nothing.
func (c *incrementalCmd) workspace(ctx context.Context, parent, repository string, p *programs, r *report, engines []*loadEngine, objects int) (results []*edit, err error) {
	folder := filepath.Join(parent, fmt.Sprint(objects))
	if err := os.Mkdir(folder, 0o755); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	r.begin("making %d objects in %s", objects, folder)
	w, err := newIncrementalWorkspace(folder, repository, p, objects, c.Files, int64(c.Size))
	if err != nil {
		return nil, err
	}
	b, err := bazelIn(folder, repository, c.Bazel)
	if err != nil {
		return nil, err
	}
	if err := b.note(ctx, r); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, b.expunge(ctx)) }()
	r.begin("building the images, load average %s", loadAverage())
	e := &editor{workspace: w, bazel: b, rounds: c.Rounds, settle: c.Settle, report: r}
	if err := e.start(ctx); err != nil {
		return nil, err
	}
	for _, engine := range engines {
		err := engine.with(ctx, parent, func(to *running) error {
			of, err := e.measure(ctx, engine, to)
			results = append(results, of...)
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", engine.title, err)
		}
	}
	return results, nil
}
