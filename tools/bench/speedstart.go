package main

import (
	"context"
	"path/filepath"
)

// fillStart gives a group the starts of strata and of strata-object, which stop
// where their work would begin, and of a Go program that does nothing.
func fillStart(ctx context.Context, g *speedGroup, steps *speedSteps, folder string) error {
	const badInput, usageError = 1, 2
	start := &task{name: "start of strata config", commands: [][]string{{steps.Strata, "config"}}, status: usageError}
	// There is no program to say what is missing.
	object := &task{name: "start of strata-object layer", commands: [][]string{{steps.StrataObject, "--strata=" + filepath.Join(folder, "none"), "layer"}}, status: badInput}
	g.tasks = []*task{start, object}
	g.figures = func() []figure { return []figure{startFigure(start), startFigure(object)} }
	program, err := floorProgram(ctx, folder, "nothing", nothingSource)
	if program != "" {
		g.tasks = append(g.tasks, &task{name: "start of a Go program that does nothing", peer: true, floor: true, commands: [][]string{{program}}})
	}
	return err
}
