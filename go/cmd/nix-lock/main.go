// Command nix-lock writes and checks the lock of Nix packages: what
// `bazel run @rules_strata//tools:nix_lock` starts. Only the lock goes to
// standard output, everything else to standard error.
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

// commands are the sub-commands, one file each.
type commands struct {
	Lock   lockCmd   `cmd:"" default:"withargs" help:"Look up packages and all that they need in binary caches, and write the lock."`
	Add    addCmd    `cmd:"" help:"Take more packages into a lock."`
	Update updateCmd `cmd:"" help:"Look up every object of a lock anew, and leave out what no package needs."`
	Verify verifyCmd `cmd:"" help:"Check that a lock is whole, and that every object in it is signed or content-addressed."`
	Fetch  fetchCmd  `cmd:"" help:"Download one object, check it, and write its NAR: the step of a build that may use the network."`
}

const help = "Locks Nix packages, so that Bazel can take them from binary caches without Nix. Without a command: lock.\n\n" +
	"Caches are http://, https:// or file:// URLs; file://%workspace%/FOLDER is in the workspace. " +
	"Logins for caches are read from the file that NETRC names, or from ~/.netrc, and sent to the servers of the caches alone. " +
	"Objects come from the first cache that has them signed by a trusted key, or content-addressed."

// streams are the program's standard streams.
type streams struct {
	out io.Writer
	err io.Writer
}

const (
	exitFailure     = 1
	exitUsage       = 2
	exitInterrupted = 130
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status := run(ctx, os.Args[1:], &streams{out: os.Stdout, err: os.Stderr})
	stop()
	os.Exit(status)
}

func run(ctx context.Context, args []string, std *streams) int {
	exited := -1
	parser, err := kong.New(new(commands),
		kong.Name("nix_lock"),
		kong.Description(help),
		kong.Writers(std.err, std.err),
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
	if err != nil {
		fmt.Fprintf(std.err, "nix_lock: %v\n", err)
		return exitUsage
	}
	err = parsed.Run()
	switch {
	case err == nil:
		return 0
	case ctx.Err() != nil:
		fmt.Fprintln(std.err, "nix_lock: interrupted: nothing was written")
		return exitInterrupted
	default:
		fmt.Fprintf(std.err, "nix_lock: %v\n", err)
		return exitFailure
	}
}
