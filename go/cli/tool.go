package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/alecthomas/kong"

	"github.com/rules-strata/rules_strata/go/command"
)

// Tool is a program that people run: it waits for others, and signals end it.
type Tool struct {
	Name        string
	Description string // sentences
	// Interrupted says what was left behind when a signal ended it: "nothing
	// was written".
	Interrupted string
}

// Run runs what the arguments name and gives the exit status. The grammar is a
// new struct of flags with a method Run, or of sub-commands that have one
// (github.com/alecthomas/kong); it may take a context.Context and *command.Streams.
// Errors go to the standard error, after the program's name.
func (t Tool) Run(ctx context.Context, grammar any, args []string, std *command.Streams) int {
	exited := -1
	parser, err := kong.New(grammar,
		kong.Name(t.Name),
		kong.Description(t.Description),
		kong.Writers(std.Out, std.Err),
		kong.Exit(func(code int) { exited = code }),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(std),
	)
	if err != nil {
		panic(err)
	}
	parsed, err := parser.Parse(args)
	if exited >= 0 {
		return exited
	}
	if err == nil {
		err = parsed.Run()
	} else {
		err = &usageError{err}
	}
	return t.status(ctx, err, std)
}

// usageError is an error of the command line.
type usageError struct{ error }

// status says on the standard error what went wrong.
func (t Tool) status(ctx context.Context, err error, std *command.Streams) int {
	var usage *usageError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &usage):
		fmt.Fprintf(std.Err, "%s: %v\n", t.Name, err)
		return command.ExitUsage
	case ctx.Err() != nil:
		fmt.Fprintf(std.Err, "%s: interrupted: %s\n", t.Name, t.Interrupted)
		return command.ExitInterrupted
	default:
		fmt.Fprintf(std.Err, "%s: %v\n", t.Name, err)
		return command.ExitBadInput
	}
}
