// Command strata-object is "strata" for the steps of one store object, of which a
// build has very many. It runs those of package objectsteps itself, and is small
// so that it starts in half the time; all else, a worker of Bazel's too, it leaves
// to strata, whose name its first argument gives: --strata=FILE. What follows are
// the arguments of strata.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/rules-strata/rules_strata/go/command"
	"github.com/rules-strata/rules_strata/go/objectsteps"
)

const usage = `Usage: strata-object --strata=FILE <command> ...

Runs a step of a store object: "layer", "info" and "files" itself, all else with
the program strata in FILE. The commands are those of strata: FILE --help.
`

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run gives the exit status, unless strata takes the place of the process.
func run(args []string, stdout, stderr io.Writer) int {
	if len(args) == 1 && args[0] == "--help" {
		fmt.Fprint(stdout, usage)
		return 0
	}
	if len(args) == 0 || !strings.HasPrefix(args[0], "--strata=") {
		fmt.Fprint(stderr, "strata-object: the first argument is not --strata=FILE\n\n", usage)
		return command.ExitUsage
	}
	strata, args := strings.TrimPrefix(args[0], "--strata="), args[1:]
	if status, done := objectsteps.Run(context.Background(), "", args, stderr); done {
		return status
	}
	if err := replace(strata, args); err != nil {
		fmt.Fprintf(stderr, "strata-object: %v: --strata names the program strata of the same release\n", err)
	}
	return command.ExitBadInput
}
