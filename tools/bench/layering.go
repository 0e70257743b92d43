package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/rules-strata/rules_strata/go/layering"
	"github.com/rules-strata/rules_strata/tools/bench/replay"
)

// keptOrderBudget is the least share of the other layers' bytes that one more
// object may leave where they are; see docs/performance.md.
const keptOrderBudget = 0.95

// layeringCmd is the suite layering.
type layeringCmd struct {
	Before       []string `placeholder:"SUITE|FILE" default:"forky" help:"Packages index as it was: the codename of a suite of Debian that apt knows, or a file; several make one, the highest versions count (default ${default})."`
	Now          []string `placeholder:"SUITE|FILE" default:"sid" help:"Packages index as it is now (default ${default})."`
	Layers       []int    `placeholder:"N" default:"10,25,50,100" help:"Numbers of store layers (default ${default})."`
	Strategy     []string `placeholder:"NAME" help:"Layering strategies (default: all, and every object alone)."`
	Model        []string `placeholder:"NAME" enum:"content,input" default:"content,input" help:"What changes an object: its content, or also its inputs (default ${default})."`
	MinLayerSize int64    `placeholder:"BYTES" default:"0" help:"min_layer_size (default ${default})."`
	Additions    int      `placeholder:"N" default:"5" help:"How many packages are added to each application, one at a time (default ${default}; 0 leaves that out)."`
	Half         string   `placeholder:"NAME" enum:"all,first,second" default:"all" help:"Which applications: all, or every other one (first, second)."`
}

// Help describes the suite.
func (layeringCmd) Help() string {
	return "Plans the layers of images of applications of Debian as they were in one suite and as they are in another, with every strategy, " +
		"and counts the bytes that must be sent again. Then adds one package to each application, and counts the bytes that stay where they were."
}

// replayed is what the replay of one strategy gave.
type replayed struct {
	options replay.Options
	numbers replay.Numbers
	// kept is the share of bytes that one more object leaves where they are,
	// noKept if that was not measured.
	kept float64
}

const noKept = -1

// Run runs the suite.
func (c *layeringCmd) Run(ctx context.Context, r *report) error {
	snapshots, err := c.snapshots(ctx)
	if err != nil {
		return err
	}
	r.begin("%s to %s: %d applications", strings.Join(c.Before, ", "), strings.Join(c.Now, ", "), len(snapshots))
	var results []replayed
	for _, o := range c.replays() {
		if err := ctx.Err(); err != nil {
			return err
		}
		result, err := c.replay(snapshots, o)
		if err != nil {
			return fmt.Errorf("%s: %w", o.Strategy, err)
		}
		results = append(results, result)
	}
	return reportReplays(r, results)
}

// snapshots reads the indices.
func (c *layeringCmd) snapshots(ctx context.Context) ([]replay.Snapshot, error) {
	before, err := readIndices(ctx, c.Before)
	if err != nil {
		return nil, err
	}
	now, err := readIndices(ctx, c.Now)
	if err != nil {
		return nil, err
	}
	var chosen []replay.Snapshot
	for i, s := range replay.Applications(before, now) {
		if c.Half == "all" || c.Half == "first" == (i%2 == 0) {
			chosen = append(chosen, s)
		}
	}
	return chosen, nil
}

// replays are what the suite replays, in the order of the table.
func (c *layeringCmd) replays() []replay.Options {
	strategies := c.Strategy
	if len(strategies) == 0 {
		strategies = slices.DeleteFunc(append(layering.Names(), replay.Alone), func(name string) bool { return name == pinning })
	}
	var all []replay.Options
	for _, model := range c.Model {
		for _, n := range c.Layers {
			for _, s := range strategies {
				all = append(all, replay.Options{Strategy: s, Layers: n, Model: replay.Model(model), MinLayerSize: c.MinLayerSize})
			}
		}
	}
	return all
}

// pinning is a strategy that is not replayed: nothing is pinned there, so that
// it is popularity.
const pinning = "popularity_pinned"

func (c *layeringCmd) replay(snapshots []replay.Snapshot, o replay.Options) (replayed, error) {
	result := replayed{options: o, kept: noKept}
	var err error
	if result.numbers, err = replay.Replay(snapshots, o); err != nil {
		return result, err
	}
	if c.Additions > 0 && o.Strategy != replay.Alone && o.Model == replay.Content {
		result.kept, err = replay.KeptOrder(snapshots, o, c.Additions)
	}
	return result, err
}

// reportReplays writes what was counted, and compares the order that is kept
// with its budget.
func reportReplays(r *report, results []replayed) error {
	var rows [][]string
	var errs []error
	for _, x := range results {
		name := fmt.Sprintf("%s, %d layers: %s", x.options.Model, x.options.Layers, x.options.Strategy)
		kept, budget := "", ""
		if x.kept != noKept {
			kept, budget = percent(x.kept), percent(keptOrderBudget)
			if x.options.Strategy == budgeted && x.kept < keptOrderBudget {
				errs = append(errs, fmt.Errorf("under the budget: %s keeps %s in order, want %s", name, kept, budget))
			}
			if x.options.Strategy != budgeted {
				budget = "none"
			}
		}
		n := x.numbers
		rows = append(rows, []string{name, percent(n.Resent), percent(n.Chain), percent(n.Unique), fmt.Sprintf("%.1f", n.Layers), kept, budget})
	}
	if err := r.write([]string{"strategy", "re-sent", "chain", "unique", "layers", "kept", "budget"}, rows, "kept", "re-sent"); err != nil {
		return err
	}
	return errors.Join(errs...)
}

// budgeted is the strategy that promises to keep the order.
const budgeted = "stable"

func percent(share float64) string { return fmt.Sprintf("%.1f %%", 100*share) }
