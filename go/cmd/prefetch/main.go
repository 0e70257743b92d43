// Command prefetch finds what pins an image of a registry: what
// `bazel run @rules_strata//tools:prefetch` starts. The tag for MODULE.bazel
// goes to standard output, or into that file; everything else goes to standard
// error.
package main

import (
	"context"
	"os"
	"runtime"

	"github.com/rules-strata/rules_strata/go/cli"
	"github.com/rules-strata/rules_strata/go/command"
)

const help = "Asks a registry for an image's digest, and prints the tag of the module extension pull that pins it, or puts it into MODULE.bazel. " +
	"Logins are Docker's and Podman's. Nothing but the manifest and the config is downloaded."

func main() {
	os.Exit(command.Main(run))
}

func run(ctx context.Context, args []string, std *command.Streams) int {
	return runOn(ctx, runtime.GOARCH, args, std)
}

// runOn runs the program on a machine of an architecture, a GOARCH.
func runOn(ctx context.Context, arch string, args []string, std *command.Streams) int {
	tool := cli.Tool{Name: "prefetch", Description: help, Interrupted: "nothing was written"}
	return tool.Run(ctx, &prefetch{machine: arch}, args, std)
}
