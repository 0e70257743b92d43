package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// What a load may take on a quiet machine; see docs/performance.md. Of the
// engine's own load of the same archive, and in time.
const (
	coldLoadBudget      = 1.15
	unchangedLoadBudget = 500 * time.Millisecond
	changedLoadBudget   = time.Second
)

// loadCmd is the suite load.
type loadCmd struct {
	Engine []string      `enum:"docker-classic,docker-containerd,podman,containerd" default:"docker-classic,docker-containerd,podman,containerd" placeholder:"NAME" help:"The engines, with commas between: ${enum} (default: all)."`
	Rounds int           `default:"3" placeholder:"N" help:"How often everything is loaded; the medians count (default ${default})."`
	Size   size          `default:"300MiB" placeholder:"SIZE" help:"Size of the image (default ${default})."`
	Layers int           `default:"50" placeholder:"N" help:"How many layers the image has (default ${default})."`
	Settle time.Duration `default:"300ms" placeholder:"TIME" help:"How long the engine is left alone before each load, once the disk has what was written (default ${default})."`
	Folder string        `placeholder:"DIR" help:"An existing folder to work in, in one below it that is removed again; fifteen times the size must fit (default: the system's for temporary files)."`
}

// Help describes the suite.
func (loadCmd) Help() string {
	return "Makes an image of as many layers, starts each engine with an empty store, and loads the image with strata-deploy and, into another empty store, with the engine's own command from a docker archive: " +
		"all of it, again without a change, and then after changes of one layer. The engines are started by this program, which has to be root on Linux; one whose programs are not in PATH is left out: " +
		"BAZELW_ROOT=test ./bazelw --exec go run ./tools/bench load has all of them."
}

// The loads that are measured, in their order. The last four load other images
// than the first, each after the first image has got its name back.
const (
	emptyStore      = "empty store"
	unchanged       = "unchanged"
	topChanged      = "top layer changed"
	middleChanged   = "middle layer changed"
	bottomChanged   = "bottom layer changed"
	dependencyAdded = "dependency added"
)

// loading is a load of an image into an engine, and what it took.
type loading struct {
	engine  *loadEngine
	variant *loadVariant
	name    string
	// unpacked is the number of layers from the lowest one up that is new to the
	// engine. All of them have new chain IDs, by which engines know what they have
	// unpacked.
	unpacked int
	ours     []sent
	own      []usage
}

// Run runs the suite.
func (c *loadCmd) Run(ctx context.Context, p *programs, r *report) error {
	results, err := c.measure(ctx, p, r, loadEngines())
	if err != nil {
		return err
	}
	return reportLoads(r, results)
}

// measure makes the images and loads them.
func (c *loadCmd) measure(ctx context.Context, p *programs, r *report, known []loadEngine) (results []*loading, err error) {
	const fewest = 6
	if c.Rounds < 1 || c.Layers < fewest {
		return nil, fmt.Errorf("--rounds is %d and --layers is %d: want at least 1 and %d", c.Rounds, c.Layers, fewest)
	}
	folder, err := os.MkdirTemp(c.Folder, "bench-load-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	if folder, err = filepath.Abs(folder); err != nil {
		return nil, err
	}
	r.begin("%s, an image of %s in %d layers, load average %s", machine(), c.Size, c.Layers, loadAverage())
	engines := c.engines(ctx, r, known)
	if len(engines) == 0 {
		return nil, errors.New("no engine can be started: their programs have to be in PATH, see --help")
	}
	if err := p.prepare(ctx, folder); err != nil {
		return nil, err
	}
	r.begin("making the images in %s", folder)
	l := &loader{settle: c.Settle, report: r}
	if l.image, l.first, err = newLoadImage(ctx, folder, p, c.Layers, int64(c.Size)); err != nil {
		return nil, err
	}
	if l.changed, err = l.image.variants(ctx, l.first); err != nil {
		return nil, err
	}
	if err := l.writeArchives(ctx); err != nil {
		return nil, err
	}
	groups := make([][]*loading, len(engines))
	for n, e := range engines {
		groups[n] = l.loadings(e)
	}
	for round := range c.Rounds {
		for n, e := range engines {
			if err := l.round(ctx, folder, groups[n], round); err != nil {
				return nil, fmt.Errorf("%s: %w", e.title, err)
			}
			r.begin("round %d of %d of %s is done, load average %s", round+1, c.Rounds, e.title, loadAverage())
		}
	}
	return slices.Concat(groups...), nil
}

// engines are those that were asked for and can be started.
func (c *loadCmd) engines(ctx context.Context, r *report, known []loadEngine) []*loadEngine {
	var found []*loadEngine
	for i := range known {
		e := &known[i]
		if !slices.Contains(c.Engine, e.name) {
			continue
		}
		if err := e.missing(); err != nil {
			r.begin("left out: %s: %v", e.title, err)
			continue
		}
		version := e.version(ctx)
		r.begin("%s: %s", e.title, version)
		r.version(e.programs[0], version)
		found = append(found, e)
	}
	return found
}

// loadAverage is that of the last minute, empty where the kernel does not tell.
func loadAverage() string {
	text, _ := os.ReadFile("/proc/loadavg")
	average, _, _ := strings.Cut(string(text), " ")
	return average
}

// settled waits until the disk has what was written, and then for a while; 0 is
// not at all.
func settled(ctx context.Context, settle time.Duration) error {
	if settle == 0 {
		return ctx.Err()
	}
	syscall.Sync()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(settle):
		return nil
	}
}
