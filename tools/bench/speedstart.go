package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
)

// fillStart gives a group the starts of strata and of strata-object, which stop
// where their work would begin, and of a Go program that does nothing: none starts faster.
func fillStart(ctx context.Context, g *speedGroup, steps *speedSteps, folder string) error {
	const badInput, usageError = 1, 2
	start := &task{name: "start of strata config", commands: [][]string{{steps.strata, "config"}}, status: usageError}
	// There is no program to say what is missing.
	object := &task{name: "start of strata-object layer", commands: [][]string{{steps.strataObject, "--strata=" + filepath.Join(folder, "none"), "layer"}}, status: badInput}
	g.tasks = []*task{start, object}
	g.figures = func() []figure { return []figure{startFigure(start), startFigure(object)} }
	if _, err := exec.LookPath("go"); err != nil {
		return nil
	}
	source, program := filepath.Join(folder, "nothing.go"), filepath.Join(folder, "nothing")
	if err := os.WriteFile(source, []byte("package main\n\nfunc main() {}\n"), 0o644); err != nil {
		return err
	}
	if err := build(ctx, program, source); err != nil {
		return err
	}
	g.tasks = append(g.tasks, &task{name: "start of a Go program that does nothing", peer: true, commands: [][]string{{program}}})
	return nil
}
