package main

import (
	"fmt"
	"strings"
	"time"
)

// The budgets of the suite speed; see docs/performance.md.
const (
	// In CPU seconds for a GiB of files.
	diffIDBudget = 1.3
	tarBudget    = 2.0
	// severalBudget is how many times the CPU time of one object as many objects
	// with the same bytes may take.
	severalBudget = 1.15
	// In megabytes of the layer per CPU second, hashing included.
	diffIDSpeedBudget = 800
	zstdBudget        = 120
	gzipBudget        = 85
	// peerBudget is how many times the CPU time of a peer strata may take.
	peerBudget = 1
	// In CPU seconds, and in bytes of memory for the graph of 100,000 objects.
	planBudget       = 1
	bigPlanBudget    = 120
	bigPlanMemory    = 2 << 30
	smallGraph       = 10_000
	bigGraph         = 100_000
	startBudgetMilli = float64(startBudget) / float64(time.Millisecond)
)

// speedTitles are what the groups are about.
var speedTitles = map[string]string{
	groupLayers: "Diff IDs of layers, nothing written",
	groupTars:   "Layers as tars, with their diff IDs",
	groupBlobs:  "Compressed layers",
	groupImages: "OCI layout of one layer in gzip",
	groupCopies: "OCI layout of an image that is there",
	groupGraphs: "Order and split of a graph",
	groupStart:  "Start of a process",
}

// figure is a number that has a budget, or a ratio to a peer.
type figure struct {
	Name   string  `json:"name"`
	Value  float64 `json:"value"`
	Unit   string  `json:"unit"`
	Budget float64 `json:"budget,omitempty"`
	// AtLeast says that the value must not be below the budget; otherwise it must
	// not be above it.
	AtLeast bool `json:"at_least,omitempty"`
}

// missed says whether the figure is not within its budget.
func (f *figure) missed() bool {
	if f.Budget == 0 {
		return false
	}
	return f.AtLeast && f.Value < f.Budget || !f.AtLeast && f.Value > f.Budget
}

// budget is the budget as the table has it.
func (f *figure) budget() string {
	switch {
	case f.Budget == 0:
		return "none"
	case f.AtLeast:
		return "≥ " + number(f.Budget)
	}
	return "≤ " + number(f.Budget)
}

// number has as many digits as mean something.
func number(v float64) string {
	switch {
	case v >= 100:
		return fmt.Sprintf("%.0f", v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.2f", v)
}

func perGiB(t *task) float64 { return t.cpu().Seconds() / (float64(t.input) / (1 << 30)) }

func layerFigures(g *speedGroup, one, several, worker *task, floor []*task) []figure {
	all := []figure{
		{"diff ID of one object", perGiB(one), "CPU s/GiB", diffIDBudget, false},
		{"diff ID of one object", one.perSecond(), "MB/CPU s", diffIDSpeedBudget, true},
		ratio(worker, one, severalBudget),
		ratio(several, one, severalBudget),
	}
	if len(floor) == 2 {
		all = append(all, ratio(floor[1], floor[0], 0))
	}
	return append(all, ratios(g, one)...)
}

func tarFigures(g *speedGroup) []figure {
	var all []figure
	for _, t := range g.own() {
		all = append(all, figure{t.name, perGiB(t), "CPU s/GiB", tarBudget, false})
		all = append(all, ratios(g, t)...)
	}
	return all
}

func blobFigures(g *speedGroup, zstd, gzip *task) []figure {
	all := []figure{
		{zstd.name, zstd.perSecond(), "MB/CPU s", zstdBudget, true},
		{gzip.name, gzip.perSecond(), "MB/CPU s", gzipBudget, true},
	}
	for _, t := range g.tasks {
		switch {
		case !t.peer:
		case strings.HasPrefix(t.name, "zstd"):
			all = append(all, ratio(zstd, t, peerBudget))
		default:
			all = append(all, ratio(gzip, t, peerBudget))
		}
	}
	return all
}

func graphFigures(g *speedGroup, sizes []int) []figure {
	var all []figure
	for n, t := range g.own() {
		f := figure{Name: t.name, Value: t.cpu().Seconds(), Unit: "CPU s"}
		switch size := sizes[n]; {
		case size <= smallGraph:
			f.Budget = planBudget
		case size <= bigGraph:
			f.Budget = bigPlanBudget
			all = append(all, figure{t.name, float64(t.peak().peak) / (1 << 20), "MiB", bigPlanMemory >> 20, false})
		}
		all = append(all, f)
	}
	return all
}

// startFigure takes the least time, since whatever else runs on the machine
// only adds to it.
func startFigure(start *task) figure {
	least := float64(start.sortedCPU()[0]) / float64(time.Millisecond)
	return figure{start.name + ", the least", least, "CPU ms", startBudgetMilli, false}
}

// own are the project's own tasks.
func (g *speedGroup) own() []*task {
	var own []*task
	for _, t := range g.tasks {
		if !t.peer {
			own = append(own, t)
		}
	}
	return own
}

// ratios compare a task with all peers of the group.
func ratios(g *speedGroup, ours *task) []figure {
	var all []figure
	for _, t := range g.tasks {
		if t.peer && !t.floor {
			all = append(all, ratio(ours, t, peerBudget))
		}
	}
	return all
}

func ratio(a, b *task, budget float64) figure {
	return figure{a.name + " / " + b.name, a.cpu().Seconds() / b.cpu().Seconds(), "of its CPU s", budget, false}
}

// reportSpeed writes what the tasks took, and compares what that means with the
// budgets.
func reportSpeed(r *report, groups []*speedGroup) error {
	var rows, meaning [][]string
	var missed []string
	for _, g := range groups {
		r.chart(g.chart())
		for _, t := range g.tasks {
			rows = append(rows, t.row())
			r.measured(t)
		}
		for _, f := range g.figures() {
			meaning = append(meaning, []string{f.Name, number(f.Value), f.Unit, f.budget()})
			r.figure(f)
			if f.missed() {
				missed = append(missed, fmt.Sprintf("%s: %s %s", f.Name, number(f.Value), f.Unit))
			}
		}
	}
	if err := r.write([]string{"what", "CPU s", "least–most", "wall s", "peak MiB", "written MiB"}, rows); err != nil {
		return err
	}
	if err := r.paragraph(); err != nil {
		return err
	}
	if err := r.write([]string{"figure", "value", "unit", "budget"}, meaning); err != nil {
		return err
	}
	if len(missed) > 0 {
		return fmt.Errorf("not within the budget: %s", strings.Join(missed, "; "))
	}
	return nil
}

// row is the task's row of the table.
func (t *task) row() []string {
	cpu := t.sortedCPU()
	return []string{t.name, precise(middle(cpu)), precise(cpu[0]) + "–" + precise(cpu[len(cpu)-1]), precise(t.wall()), t.peak().peakCell(), mebibytes(t.written())}
}

// precise is in seconds, with the digits that a short time needs.
func precise(d time.Duration) string {
	if d < time.Second/10 {
		return fmt.Sprintf("%.4f", d.Seconds())
	}
	return seconds(d)
}

// chart shows the CPU times of the group.
func (g *speedGroup) chart() chart {
	c := chart{title: speedTitles[g.name], unit: "CPU s"}
	for _, t := range g.tasks {
		cpu := t.sortedCPU()
		c.bars = append(c.bars, bar{name: t.name, value: t.cpu().Seconds(), least: cpu[0].Seconds(), most: cpu[len(cpu)-1].Seconds(), other: t.peer})
	}
	return c
}
