// Command bench measures the programs of rules_strata against their budgets.
// docs/performance.md tells what the suites are and what they found.
package main

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

// commands are the suites, one file each.
type commands struct {
	Memory      memoryCmd      `cmd:"" help:"Peak memory of every step that reads the bytes of store objects."`
	Start       startCmd       `cmd:"" help:"CPU time that the programs need to start."`
	Import      importCmd      `cmd:"" help:"Speed and peak memory of importing a NAR of a binary cache."`
	Analysis    analysisCmd    `cmd:"" help:"How long Bazel analyses an image over all objects of a lock."`
	Binaries    binariesCmd    `cmd:"" help:"How long Bazel analyses images of programs over the same packages."`
	Load        loadCmd        `cmd:"" help:"How long engines take to get an image: all of it, nothing and one layer."`
	Layering    layeringCmd    `cmd:"" help:"How many bytes images share and must be sent again, by layering strategy."`
	Incremental incrementalCmd `cmd:"" help:"How long it takes until an image is in Docker after one file of it has changed."`
	Scale       scaleCmd       `cmd:"" help:"What a day of changes of a large monorepo rebuilds and sends, by layering strategy."`
	Speed       speedCmd       `cmd:"" help:"CPU time of the steps of an image, in turns with other programs."`
	programs
	resultFiles
}

const (
	exitFailure = 1
	exitUsage   = 2
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var c commands
	exited := -1
	r := &report{table: stdout, progress: stderr}
	parser, err := kong.New(&c,
		kong.Name("bench"),
		kong.Description("Measures the programs of rules_strata. Its status is 1 when something is over its budget."),
		kong.Writers(stdout, stderr),
		kong.Exit(func(code int) { exited = code }),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(&c.programs, r),
	)
	if err != nil {
		panic(err)
	}
	parsed, err := parser.Parse(args)
	if exited >= 0 {
		return exited
	}
	if err != nil {
		fmt.Fprintf(stderr, "bench: %v\n", err)
		return exitUsage
	}
	r.start(parsed.Selected().Name, args)
	if err := errors.Join(parsed.Run(), r.save(c.resultFiles)); err != nil {
		fmt.Fprintf(stderr, "bench %s: %v\n", parsed.Selected().Name, err)
		return exitFailure
	}
	return 0
}
