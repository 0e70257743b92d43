package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
)

// fillStart gives a group the start of strata, which stops where its work would
// begin, and of a Go program that does nothing: none starts faster.
func fillStart(ctx context.Context, g *speedGroup, steps *speedSteps, folder string) error {
	const usageError = 2
	start := &task{name: "start of strata layer", commands: [][]string{{steps.strata, "layer"}}, status: usageError}
	g.tasks = []*task{start}
	g.figures = func() []figure { return startFigures(start) }
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
