package command

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// Streams are a program's standard streams. Only what was asked for goes to Out,
// everything else to Err.
type Streams struct {
	In  io.Reader
	Out io.Writer
	Err io.Writer
}

// Main calls a function with the program's arguments and streams and a context
// that SIGINT and SIGTERM end, and returns what that returns: the exit status.
func Main(run func(ctx context.Context, args []string, std *Streams) int) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return run(ctx, os.Args[1:], &Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr})
}
