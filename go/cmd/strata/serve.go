package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"

	"github.com/rules-strata/rules_strata/go/command"
	"github.com/rules-strata/rules_strata/go/objectsteps"
	"github.com/rules-strata/rules_strata/go/worker"
)

// mappedOutputs is where Bazel's path mapping has the outputs of all
// configurations, for actions that are in a sandbox.
const mappedOutputs = "bazel-out/cfg"

// serve runs the steps that Bazel asks for, as many at a time as there are
// CPUs: none of them waits for anything else for long. When the context is done
// it leaves nothing half written.
func serve(ctx context.Context, stdin io.Reader, stdout, stderr io.Writer) (status int) {
	steps := program.Only(perObject...)
	err := worker.Serve(ctx, stdin, stdout, runtime.GOMAXPROCS(0), func(ctx context.Context, r worker.Request, stderr io.Writer) int {
		status, done := objectsteps.Run(ctx, command.Folder(r.Folder), r.Arguments, stderr)
		if !done {
			status = steps.RunIn(ctx, command.Folder(r.Folder), r.Arguments, stderr, stderr)
		}
		if status != 0 && ctx.Err() == nil && mapped(r) {
			fmt.Fprintf(stderr, "%s: with --experimental_output_paths=strip a worker needs its own view of the files: add --worker_sandboxing --experimental_worker_multiplex_sandboxing\n", program.Name)
		}
		return status
	})
	if ctx.Err() != nil {
		return command.ExitInterrupted
	}
	if err != nil {
		fmt.Fprintf(stderr, "%s: %v\n", program.Name, err)
		return command.ExitBadInput
	}
	return 0
}

// mapped says whether a request has paths that are only in a sandbox, and has
// none.
func mapped(r worker.Request) bool {
	if r.Folder != "" || !slices.ContainsFunc(r.Arguments, func(arg string) bool { return strings.Contains(arg, mappedOutputs+"/") }) {
		return false
	}
	_, err := os.Stat(mappedOutputs)
	return err != nil
}
