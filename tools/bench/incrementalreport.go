package main

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// reportEdits writes the table; what is over its budget is an error.
func reportEdits(r *report, all []*edit) error {
	var rows [][]string
	var over []string
	for _, e := range all {
		beyond := e.times((*incrementalRun).beyond)
		last := e.runs[len(e.runs)-1].sent
		budget, took := "none", middle(beyond)
		if limit := e.budget(); limit > 0 {
			budget = seconds(limit)
			if took > limit {
				over = append(over, e.title())
			}
		}
		rows = append(rows, []string{
			e.title(), seconds(took), spread(beyond), budget,
			seconds(middle(e.times(func(i *incrementalRun) time.Duration { return i.build - i.nothing.build }))),
			seconds(middle(e.times(func(i *incrementalRun) time.Duration { return i.deploy }))),
			seconds(middle(e.times(func(i *incrementalRun) time.Duration { return i.nothing.wall }))),
			seconds(middle(e.times(func(i *incrementalRun) time.Duration { return i.cpu }))),
			fmt.Sprint(e.shared), fmt.Sprint(last.layers), last.size, fmt.Sprint(e.unpacked), strings.Join(e.actions, ", "),
		})
	}
	head := []string{"changed", "s", "least–most", "budget", "build s", "load s", "nothing s", "server CPU s", "objects in layer", "layers sent", "sent", "unpacked", "actions"}
	if err := r.write(head, rows); err != nil {
		return err
	}
	if len(over) > 0 {
		return fmt.Errorf("over the budget: %s", strings.Join(over, "; "))
	}
	return nil
}

func (e *edit) title() string {
	return fmt.Sprintf("%d objects, %s: %s", e.objects, e.engine.title, e.name)
}

// times are those of all runs, the least first.
func (e *edit) times(of func(*incrementalRun) time.Duration) []time.Duration {
	all := make([]time.Duration, len(e.runs))
	for i := range e.runs {
		all[i] = of(&e.runs[i])
	}
	slices.Sort(all)
	return all
}
