package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"slices"
	"strings"

	"github.com/rules-strata/rules_strata/go/layering"
	"github.com/rules-strata/rules_strata/tools/bench/monorepo"
	"github.com/rules-strata/rules_strata/tools/bench/monorepo/rebuild"
)

// scaleBudget is how many standard deviations the formulas of
// docs/design/scale.md may be from the simulation.
const scaleBudget = 3

// scaleCmd is the suite scale.
type scaleCmd struct {
	Images       int                `placeholder:"N" default:"2000" help:"Images of the monorepo (default ${default})."`
	Objects      int                `placeholder:"N" default:"20000" help:"Store objects of the monorepo (default ${default})."`
	Engineers    int                `placeholder:"N" default:"500" help:"Who makes the changes (default ${default})."`
	Changes      float64            `placeholder:"N" default:"0.64" help:"Changes of an engineer in a day (default ${default})."`
	Edited       float64            `placeholder:"N" default:"2" help:"Objects that a change edits, on average (default ${default})."`
	Bumps        float64            `placeholder:"N" default:"10" help:"New versions of external packages in a day (default ${default})."`
	PerLevel     float64            `placeholder:"N" default:"0.7" help:"How often a library changes, to one that is a level higher (default ${default})."`
	Loads        float64            `placeholder:"N" default:"10" help:"Loads of an engineer in a day, each after an edit (default ${default})."`
	Days         int                `placeholder:"N" default:"1" help:"Days that are simulated (default ${default})."`
	Seed         uint64             `placeholder:"N" default:"1" help:"Start of the random numbers (default ${default})."`
	PerFolder    int                `placeholder:"N" default:"15" help:"First-party objects of a folder (default ${default})."`
	Levels       int                `placeholder:"N" default:"6" help:"Levels of libraries (default ${default})."`
	MaxLayers    int                `placeholder:"N" default:"100" help:"max_layers (default ${default})."`
	MinLayerSize int64              `placeholder:"BYTES" default:"0" help:"min_layer_size (default ${default})."`
	Set          map[string]float64 `placeholder:"NAME=VALUE" help:"Another parameter of the monorepo, see below (repeatable)."`
	Strategy     []string           `placeholder:"NAME" help:"Layering strategies (default: all, \"one layer\" and \"three layers\")."`
}

// Help describes the suite.
func (scaleCmd) Help() string {
	return "Makes a synthetic monorepo and a stream of changes, and says which actions run again and how much is sent, with every strategy. " +
		"docs/design/scale.md says what it is made from. Parameters for --set: " + strings.Join(monorepo.Names(), ", ") + "."
}

// params are those of the monorepo.
func (c *scaleCmd) params() (monorepo.Params, error) {
	p := monorepo.Defaults()
	for _, name := range slices.Sorted(maps.Keys(c.Set)) {
		if err := p.Set(name, c.Set[name]); err != nil {
			return p, fmt.Errorf("--set: %w", err)
		}
	}
	p.Images, p.Objects, p.Seed = c.Images, c.Objects, c.Seed
	p.Changes = max(int(c.Changes*float64(c.Engineers)), 1)
	p.EditedObjects, p.Bumps, p.PerLevel = c.Edited, c.Bumps, c.PerLevel
	p.PerFolder, p.Levels = c.PerFolder, c.Levels
	return p, nil
}

// scaled is the result of one strategy.
type scaled struct {
	strategy string
	*rebuild.Result
}

// Run runs the suite.
func (c *scaleCmd) Run(ctx context.Context, r *report) error {
	results, err := c.simulate(ctx, r)
	if err != nil {
		return err
	}
	return c.report(r, results)
}

func (c *scaleCmd) simulate(ctx context.Context, r *report) (results []scaled, err error) {
	if c.Days < 1 || c.Engineers < 1 {
		return nil, fmt.Errorf("--days is %d and --engineers is %d: want at least 1", c.Days, c.Engineers)
	}
	strategies := c.Strategy
	if len(strategies) == 0 {
		strategies = append(layering.Names(), rebuild.ThreeLayers, rebuild.OneLayer)
	}
	params, err := c.params()
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("", "scale-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	for _, s := range strategies {
		r.begin("%s", s)
		o := rebuild.Options{Strategy: s, MaxLayers: c.MaxLayers, MinLayerSize: c.MinLayerSize, Push: true}
		team := rebuild.Team{Engineers: c.Engineers, Loads: c.Loads}
		result, err := rebuild.Simulate(ctx, params, o, team, c.Days, folder)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s, err)
		}
		results = append(results, scaled{s, result})
	}
	return results, nil
}

// day is a count of all days as that of one.
func (x *scaled) day(n float64) float64 { return n / x.days() }

func (x *scaled) days() float64 { return float64(x.Days) }

// report writes the tables, and compares the formulas with what was counted.
func (c *scaleCmd) report(r *report, results []scaled) error {
	first := results[0]
	r.begin("%d images of %.0f objects and %.0f MB on average, %d changes a day that touch %.0f images",
		c.Images, first.Objects, first.Bytes/1e6, first.Changes/first.Days, first.day(float64(first.Images)))
	for _, t := range []scaleTable{actionsTable(), cacheTable(c.Engineers), deliveryTable(c.Engineers)} {
		if err := t.write(r, results); err != nil {
			return err
		}
	}
	return reportExpected(r, results)
}

// reportExpected writes how far the formulas are from what was counted, in
// units of what chance does.
func reportExpected(r *report, results []scaled) error {
	var rows [][]string
	var errs []error
	for i := range results {
		x := &results[i]
		if x.strategy != budgetedFormulas && x.strategy != budgeted {
			continue
		}
		for f := range rebuild.Formulas {
			if max(x.Expected[eventsOf(f)]*x.days(), x.Counted[eventsOf(f)]) < fewestEvents {
				continue
			}
			formula, counted, chance := x.Expected[f], x.day(x.Counted[f]), x.day(x.Chance[f])
			off, budget := (counted-formula)/chance, "none"
			if x.strategy == budgetedFormulas {
				budget = fmt.Sprintf("%d.0", scaleBudget)
				if math.Abs(off) > scaleBudget {
					errs = append(errs, fmt.Errorf("over the budget: %v is %.1f standard deviations from its formula, want at most %d", f, off, scaleBudget))
				}
			}
			format := count
			if f == rebuild.Sent || f == rebuild.Stored {
				format = func(n float64) string { return inGigabytes(n) + " GB" }
			}
			offBy, deviation := "", ""
			if formula > 0 {
				offBy, deviation = percent(counted/formula-1), percent(chance/formula)
			}
			rows = append(rows, []string{fmt.Sprintf("%s: %v", x.strategy, f), format(formula), format(counted), offBy, deviation, fmt.Sprintf("%.1f", off), budget})
		}
	}
	if len(rows) == 0 {
		return nil
	}
	if err := r.write([]string{"a day", "formula", "counted", "off by", "chance", "off/chance", "budget"}, rows, "off/chance"); err != nil {
		return err
	}
	return errors.Join(errs...)
}

// fewestEvents is how many of what a formula expects, or of what was counted,
// there must be in all the days: fewer say nothing.
const fewestEvents = 10

// eventsOf is what is counted for a formula that is in bytes.
func eventsOf(f rebuild.Formula) rebuild.Formula {
	if f == rebuild.Sent || f == rebuild.Stored {
		return rebuild.SentLayers
	}
	return f
}

// budgetedFormulas is the strategy whose plans depend on references alone, as
// the formulas have it.
const budgetedFormulas = "popularity"
