package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// reportLoads writes what loads took, and compares the medians with the
// budgets.
func reportLoads(r *report, results []*loading) error {
	var rows [][]string
	var over []string
	for _, m := range results {
		name := m.engine.title + ": " + m.name
		ours, own := m.ourTimes(), m.ownTimes()
		budget, isOver := m.budget(middle(ours), middle(own))
		if isOver {
			over = append(over, name)
		}
		if peak := m.peak().peak; peak > memoryBudget {
			over = append(over, fmt.Sprintf("%s, with %s MiB of memory", name, mebibytes(peak)))
		}
		most := m.mostSent()
		rows = append(rows, []string{
			name, seconds(middle(ours)), spread(ours), budget, seconds(middle(own)), spread(own), fmt.Sprintf("%.2f", middle(ours).Seconds()/middle(own).Seconds()),
			fmt.Sprint(most.layers), most.size, fmt.Sprint(m.unpacked), m.timeAfter(), m.peak().peakCell(),
		})
	}
	head := []string{"load", "s", "least–most", "budget", "own s", "least–most", "ratio", "layers sent", "sent", "unpacked", "after s", "peak MiB"}
	if err := r.write(head, rows); err != nil {
		return err
	}
	if len(over) > 0 {
		return fmt.Errorf("over the budget: %s", strings.Join(over, "; "))
	}
	return nil
}

// budget is what the load may take, as the table has it, and whether what
// strata-deploy took is over that. own is what the engine's own load took.
func (m *loading) budget(ours, own time.Duration) (text string, over bool) {
	limit := changedLoadBudget
	switch {
	case m.name == emptyStore:
		return fmt.Sprintf("%.2f of own", coldLoadBudget), ours.Seconds() > coldLoadBudget*own.Seconds()
	case m.name == unchanged:
		limit = unchangedLoadBudget
	case m.engine.chained && m.name != topChanged:
		return "none", false
	}
	return seconds(limit), ours > limit
}

// ourTimes are what strata-deploy took, the least first.
func (m *loading) ourTimes() []time.Duration {
	var all []time.Duration
	for _, s := range m.ours {
		all = append(all, s.wall)
	}
	slices.Sort(all)
	return all
}

// ownTimes are what the engine's own load took, the least first.
func (m *loading) ownTimes() []time.Duration {
	var all []time.Duration
	for _, u := range m.own {
		all = append(all, u.wall)
	}
	slices.Sort(all)
	return all
}

// timeAfter is how much of the time came after all was sent, empty if nothing
// was.
func (m *loading) timeAfter() string {
	if m.mostSent().layers == 0 {
		return ""
	}
	var all []time.Duration
	for _, s := range m.ours {
		all = append(all, s.after)
	}
	slices.Sort(all)
	return seconds(middle(all))
}

// mostSent is the run in which strata-deploy sent most.
func (m *loading) mostSent() sent {
	return slices.MaxFunc(m.ours, func(a, b sent) int { return cmp.Compare(a.layers, b.layers) })
}

// peak is the run in which strata-deploy had most memory.
func (m *loading) peak() usage {
	return slices.MaxFunc(m.ours, func(a, b sent) int { return cmp.Compare(a.peak, b.peak) }).usage
}

// middle is the median of sorted times, the longer one of two.
func middle(sorted []time.Duration) time.Duration { return sorted[len(sorted)/2] }

// spread is the least of sorted times and the most.
func spread(sorted []time.Duration) string {
	return seconds(sorted[0]) + "–" + seconds(sorted[len(sorted)-1])
}
