// Command nix-lock writes and checks the lock of Nix packages: what
// `bazel run @rules_strata//tools:nix_lock` starts. Only the lock goes to
// standard output, everything else to standard error.
package main

import (
	"context"
	"os"

	"github.com/rules-strata/rules_strata/go/cli"
	"github.com/rules-strata/rules_strata/go/command"
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

func main() {
	os.Exit(command.Main(run))
}

func run(ctx context.Context, args []string, std *command.Streams) int {
	tool := cli.Tool{Name: "nix_lock", Description: help, Interrupted: "nothing was written"}
	return tool.Run(ctx, new(commands), args, std)
}
