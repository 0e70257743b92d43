// Package objectsteps has the steps of one store object that read and describe
// it. A build has very many of them: the package is small, and so is what it
// imports, for the program that is started for each.
package objectsteps

import (
	"context"
	"fmt"
	"io"

	"github.com/rules-strata/rules_strata/go/command"
)

// Step is a step with the flags of its command line, which package cli reads,
// and Run where they are plain.
type Step interface {
	// Run does the step. Relative paths are in the folder.
	Run(ctx context.Context, in command.Folder) error
}

// New gives the step that a sub-command's name stands for, or nil.
func New(name string) Step {
	switch name {
	case "layer":
		return new(Layer)
	case "info":
		return new(Info)
	case "files":
		return new(Files)
	}
	return nil
}

// Run runs the step that arguments begin with, if they are plain
// (command.Folder.Plain), and gives the exit status. Otherwise nothing is done:
// the arguments are for the program strata, which also says what is wrong with
// them. Errors go to stderr, as from that program.
func Run(ctx context.Context, in command.Folder, args []string, stderr io.Writer) (status int, done bool) {
	args, err := in.Expand(args)
	if err != nil || len(args) == 0 {
		return 0, false
	}
	step := New(args[0])
	if step == nil || !in.Plain(args[1:], step) {
		return 0, false
	}
	if err := step.Run(ctx, in); err != nil {
		fmt.Fprintf(stderr, "strata %s: %v\n", args[0], err)
		return command.ExitBadInput, true
	}
	return 0, true
}
