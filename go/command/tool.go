package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// ExitInterrupted is the exit status of a tool that a signal ended, as shells
// have it for SIGINT.
const ExitInterrupted = 130

// Streams are a program's standard streams. Only what was asked for goes to Out,
// everything else to Err.
type Streams struct {
	In  io.Reader
	Out io.Writer
	Err io.Writer
}

// Tool is a program that people run: it waits for others, and signals end it.
type Tool struct {
	Name        string
	Description string // sentences
	// Interrupted says what was left behind when a signal ended it: "nothing
	// was written".
	Interrupted string
}

// Main calls a function with the program's arguments and streams and a context
// that SIGINT and SIGTERM end, and returns what that returns: the exit status.
func Main(run func(ctx context.Context, args []string, std *Streams) int) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return run(ctx, os.Args[1:], &Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr})
}

// Run runs what the arguments name and gives the exit status. The grammar is a
// new struct of flags with a method Run, or of sub-commands that have one
// (github.com/alecthomas/kong); it may take a context.Context and *Streams.
// Errors go to the standard error, after the program's name.
func (t Tool) Run(ctx context.Context, grammar any, args []string, std *Streams) int {
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
func (t Tool) status(ctx context.Context, err error, std *Streams) int {
	var usage *usageError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &usage):
		fmt.Fprintf(std.Err, "%s: %v\n", t.Name, err)
		return ExitUsage
	case ctx.Err() != nil:
		fmt.Fprintf(std.Err, "%s: interrupted: %s\n", t.Name, t.Interrupted)
		return ExitInterrupted
	default:
		fmt.Fprintf(std.Err, "%s: %v\n", t.Name, err)
		return ExitBadInput
	}
}
