// Command strata-script runs the build steps that need an interpreter of
// shell scripts. Like strata's, each is a sub-command that reads files, calls
// one package and writes files; the exit status is 0, or 1 when an input is
// bad, or 2 when the command line is.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/alecthomas/kong"

	"github.com/rules-strata/rules_strata/go/paramfile"
)

// commands are the sub-commands of strata-script, one file each.
type commands struct {
	Customisation customisationCmd `cmd:"" help:"Make the top layer: links to the contents, and what scripts make of them."`
}

const (
	exitBadInput = 1
	exitUsage    = 2
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

func run(args []string, stdout, stderr io.Writer) (status int) {
	var c commands
	exited := -1
	parser, err := kong.New(&c,
		kong.Name("strata-script"),
		kong.Description("The steps of building a container image that run shell scripts."),
		kong.Writers(stdout, stderr),
		kong.Exit(func(code int) { exited = code }),
		kong.BindTo(stderr, (*io.Writer)(nil)),
	)
	if err != nil {
		panic(err)
	}
	args, err = paramfile.Expand(args)
	if err != nil {
		fmt.Fprintf(stderr, "strata-script: %v\n", err)
		return exitUsage
	}
	ctx, err := parser.Parse(args)
	if exited >= 0 {
		return exited
	}
	if err != nil {
		var parseError *kong.ParseError
		if errors.As(err, &parseError) && parseError.Context != nil && parseError.Context.Selected() != nil {
			fmt.Fprintf(stderr, "strata-script %s: %v\n", parseError.Context.Selected().Name, err)
		} else {
			fmt.Fprintf(stderr, "strata-script: %v\n", err)
		}
		return exitUsage
	}
	if err := ctx.Run(); err != nil {
		fmt.Fprintf(stderr, "strata-script %s: %v\n", ctx.Selected().Name, err)
		return exitBadInput
	}
	return 0
}
