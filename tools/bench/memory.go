package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// memoryBudget is what a step that reads objects may need, whatever their size,
// in bytes; see docs/performance.md.
const memoryBudget = 64 << 20

// memoryCmd is the suite memory.
type memoryCmd struct {
	Size   size   `default:"2GiB" placeholder:"SIZE" help:"Size of the object (default ${default})."`
	Folder string `placeholder:"DIR" help:"An existing folder to work in, in one below it that is removed again; six times the size must fit (default: the system's for temporary files)."`
}

// Help describes the suite.
func (memoryCmd) Help() string {
	return "Makes a store object of one file, half text and half random bytes, runs every step that reads it one after another " +
		"and compares their peak memory (the kernel's ru_maxrss) with the budget. " +
		"Then has one persistent worker compress several objects at a time: as many as there are CPUs may need that budget each."
}

// result is what a step needed.
type result struct {
	name string
	usage
	// budget is the most memory that it may need, in bytes.
	budget int64
}

// Run runs the suite.
func (c *memoryCmd) Run(ctx context.Context, p *programs, r *report) error {
	results, err := c.measure(ctx, p, r)
	if err != nil {
		return err
	}
	return reportMemory(r, results)
}

func reportMemory(r *report, results []result) error {
	var rows [][]string
	var over []string
	for _, s := range results {
		rows = append(rows, []string{s.name, s.peakCell(), fmt.Sprint(s.budget >> 20),
			fmt.Sprintf("%.1f", s.cpu.Seconds()), fmt.Sprintf("%.1f", s.wall.Seconds())})
		if s.peak > s.budget {
			over = append(over, fmt.Sprintf("%s, %s MiB", s.name, mebibytes(s.peak)))
		}
	}
	if err := r.write([]string{"step", "peak MiB", "budget", "CPU s", "wall s"}, rows); err != nil {
		return err
	}
	if len(over) > 0 {
		return fmt.Errorf("over the budget: %s", strings.Join(over, "; "))
	}
	return nil
}

// measure makes the inputs and runs the steps.
func (c *memoryCmd) measure(ctx context.Context, p *programs, r *report) (results []result, err error) {
	folder, err := os.MkdirTemp(c.Folder, "bench-memory-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	if folder, err = filepath.Abs(folder); err != nil {
		return nil, err
	}
	r.begin("%s, an object of %s", machine(), c.Size)
	if err := p.prepare(ctx, folder); err != nil {
		return nil, err
	}
	r.begin("making the inputs in %s", folder)
	if err := inputs(folder, int64(c.Size)); err != nil {
		return nil, err
	}
	if err := p.deploy(folder); err != nil {
		return nil, err
	}
	forgetPeak()
	for _, s := range steps() {
		u, err := c.step(ctx, p, folder, &s)
		if err != nil {
			return nil, err
		}
		if s.name != "" {
			r.begin("%6s MiB  %s", u.peakCell(), s.name)
			results = append(results, result{s.name, u, memoryBudget})
		}
	}
	last, err := c.worker(ctx, p, folder)
	if err != nil {
		return nil, err
	}
	r.begin("%6s MiB  %s", last.peakCell(), last.name)
	return append(results, last), nil
}

// step runs a step and removes what nothing needs any more.
func (c *memoryCmd) step(ctx context.Context, p *programs, folder string, s *step) (usage, error) {
	args := s.args()
	args = append(p.find(args[0], folder), args[1:]...)
	u, err := process{program: args[0], args: args[1:], dir: folder}.run(ctx)
	if err != nil {
		return u, fmt.Errorf("%s: %w", s.name, err)
	}
	for _, name := range strings.Fields(s.remove) {
		if err := os.RemoveAll(filepath.Join(folder, name)); err != nil {
			return u, err
		}
	}
	return u, nil
}

// deploy makes the programs of the images: links to strata-deploy, which finds
// the image by its own name.
func (p *programs) deploy(folder string) error {
	for _, name := range []string{"deploy", "deploy-on-base", "deploy-now"} {
		if err := p.deployAs(folder, name); err != nil {
			return err
		}
	}
	return nil
}

// deployAs makes the program of the image that NAME.image.json describes.
func (p *programs) deployAs(folder, name string) error {
	file := filepath.Join(folder, name)
	if err := os.Symlink(p.StrataDeploy, file); err != nil {
		return err
	}
	return os.Symlink(".", file+".runfiles")
}

// find is the program of a step, with what comes before the step's arguments.
func (p *programs) find(name, folder string) []string {
	switch name {
	case "strata":
		return []string{p.Strata}
	case "strata-object":
		return p.object()
	case "strata-script":
		return []string{p.StrataScript}
	}
	return []string{filepath.Join(folder, name)}
}
