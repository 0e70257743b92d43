// Command prefetch finds what pins an image of a registry: what
// `bazel run @rules_strata//tools:prefetch` starts. The tag for MODULE.bazel
// goes to standard output, everything else to standard error.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

const help = "Asks a registry for an image's digest, and prints the tag of the module extension pull that pins it. " +
	"Logins are Docker's and Podman's. Nothing but the manifest and the config is downloaded."

// streams are the program's standard streams.
type streams struct {
	out io.Writer
	err io.Writer
}

const (
	exitFailure = 1
	exitUsage   = 2
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status := run(ctx, os.Args[1:], &streams{out: os.Stdout, err: os.Stderr})
	stop()
	os.Exit(status)
}

func run(ctx context.Context, args []string, std *streams) int {
	var c command
	exited := -1
	parser, err := kong.New(&c,
		kong.Name("prefetch"),
		kong.Description(help),
		kong.Writers(std.err, std.err),
		kong.Exit(func(code int) { exited = code }),
	)
	if err != nil {
		panic(err)
	}
	_, err = parser.Parse(args)
	if exited >= 0 {
		return exited
	}
	if err != nil {
		fmt.Fprintf(std.err, "prefetch: %v\n", err)
		return exitUsage
	}
	if err := c.run(ctx, std); err != nil {
		fmt.Fprintf(std.err, "prefetch: %v\n", err)
		return exitFailure
	}
	return 0
}
