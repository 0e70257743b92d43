package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// startBudget is what one action may cost before its work begins; see
// docs/performance.md.
const startBudget = 5 * time.Millisecond

// startCmd is the suite start.
type startCmd struct {
	Runs int `default:"100" placeholder:"N" help:"How often each program is started (default ${default})."`
}

// Help describes the suite.
func (startCmd) Help() string {
	return "Starts each program with too few arguments: it stops where its work would begin. " +
		"The least of all runs counts, since whatever else runs on the machine only adds to it."
}

// started is a command that is started, and what it took.
type started struct {
	name, program string
	args          []string
	status        int
	budget        time.Duration
	cpu           []time.Duration
}

// Run runs the suite.
func (c *startCmd) Run(ctx context.Context, p *programs, r *report) error {
	commands, err := c.measure(ctx, p, r)
	if err != nil {
		return err
	}
	return reportStarts(r, commands)
}

// measure starts the programs in turns.
func (c *startCmd) measure(ctx context.Context, p *programs, r *report) ([]*started, error) {
	if c.Runs < 1 {
		return nil, fmt.Errorf("--runs is %d: want at least 1", c.Runs)
	}
	folder, err := os.MkdirTemp("", "bench-start-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	r.begin("%s", machine())
	if err := p.prepare(ctx, folder); err != nil {
		return nil, err
	}
	const badInput, usageError = 1, 2
	commands := []*started{
		// There is no program to say what is missing.
		{name: "strata-object layer", program: p.StrataObject, args: []string{"--strata=" + filepath.Join(folder, "none"), "layer"}, status: badInput, budget: startBudget},
		{name: "strata config", program: p.Strata, args: []string{"config"}, status: usageError, budget: startBudget},
		{name: "strata-script customisation", program: p.StrataScript, args: []string{"customisation"}, status: usageError},
		{name: "strata-deploy", program: p.StrataDeploy, args: []string{"--bogus"}, status: usageError},
	}
	for range c.Runs {
		for _, s := range commands {
			u, err := process{program: s.program, args: s.args, dir: folder, status: s.status}.run(ctx)
			if err != nil {
				return nil, err
			}
			s.cpu = append(s.cpu, u.cpu)
		}
	}
	return commands, nil
}

func reportStarts(r *report, commands []*started) error {
	var rows [][]string
	var over []string
	for _, s := range commands {
		slices.Sort(s.cpu)
		least, budget := s.cpu[0], "none"
		if s.budget > 0 {
			budget = milliseconds(s.budget)
			if least > s.budget {
				over = append(over, s.name)
			}
		}
		rows = append(rows, []string{s.name, milliseconds(least), milliseconds(s.cpu[len(s.cpu)/2]), budget})
	}
	if err := r.write([]string{"command", "least CPU ms", "median", "budget"}, rows); err != nil {
		return err
	}
	if len(over) > 0 {
		return fmt.Errorf("over the budget: %s", strings.Join(over, ", "))
	}
	return nil
}

func milliseconds(d time.Duration) string {
	return fmt.Sprintf("%.1f", float64(d)/float64(time.Millisecond))
}
