// Command strata runs one build step: each step is a sub-command that reads
// files, calls one package and writes files. Its exit status is 0, or 1 when
// an input is bad, or 2 when the command line is.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/alecthomas/kong"

	"github.com/rules-strata/rules_strata/go/paramfile"
)

// commands are the sub-commands of strata, one file each, with what --help says
// of them.
var commands = []struct {
	name, help string
	make       func() any
}{
	{"layer", "Describe a layer of store objects.", func() any { return new(layerCmd) }},
	{"info", "Hash a store object as a NAR.", func() any { return new(infoCmd) }},
	{"customisation", "Make the top layer, links to the contents.", func() any { return new(customisationCmd) }},
	{"closure", "Take the closure of store paths.", func() any { return new(closureCmd) }},
	{"plan", "Decide which store objects share a layer.", func() any { return new(planCmd) }},
	{"rest", "Describe the layers that several store objects share.", func() any { return new(restCmd) }},
	{"base", "Describe the image that an image is built on.", func() any { return new(baseCmd) }},
	{"config", "Write the config of an image.", func() any { return new(configCmd) }},
	{"time", "Write the time of the build.", func() any { return new(timeCmd) }},
	{"blob", "Compress a layer.", func() any { return new(blobCmd) }},
	{"rest-blobs", "Compress the layers that several store objects share.", func() any { return new(restBlobsCmd) }},
	{"base-blobs", "Compress the layers of a base image.", func() any { return new(baseBlobsCmd) }},
	{"tar", "Write one layer as a tar.", func() any { return new(tarCmd) }},
	{"base-tars", "Write the layers of a base image as tars.", func() any { return new(baseTarsCmd) }},
	{"manifest", "Write the OCI manifest of an image.", func() any { return new(manifestCmd) }},
	{"layout", "Write the OCI layout of an image.", func() any { return new(layoutCmd) }},
	{"archive", "Write an image as a docker archive.", func() any { return new(archiveCmd) }},
	{"mtree", "List the files of an image.", func() any { return new(mtreeCmd) }},
}

const (
	exitBadInput = 1
	exitUsage    = 2
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

func run(args []string, stdout, stderr io.Writer) (status int) {
	args, err := paramfile.Expand(args)
	if err != nil {
		fmt.Fprintf(stderr, "strata: %v\n", err)
		return exitUsage
	}
	exited := -1
	options := append(selectCommands(args),
		kong.Name("strata"),
		kong.Description("The steps that turn a closure of store objects into the layers and the config of a container image."),
		kong.Writers(stdout, stderr),
		kong.Exit(func(code int) { exited = code }),
		kong.BindTo(stderr, (*io.Writer)(nil)),
	)
	parser, err := kong.New(&struct{}{}, options...)
	if err != nil {
		panic(err)
	}
	ctx, err := parser.Parse(args)
	if exited >= 0 {
		return exited
	}
	if err != nil {
		var parseError *kong.ParseError
		if errors.As(err, &parseError) && parseError.Context != nil && parseError.Context.Selected() != nil {
			fmt.Fprintf(stderr, "strata %s: %v\n", parseError.Context.Selected().Name, err)
		} else {
			fmt.Fprintf(stderr, "strata: %v\n", err)
		}
		return exitUsage
	}
	if err := ctx.Run(); err != nil {
		fmt.Fprintf(stderr, "strata %s: %v\n", ctx.Selected().Name, err)
		return exitBadInput
	}
	return 0
}

// selectCommands gives the parser the command that the arguments begin with, or
// all of them if they do not begin with one. To learn the flags of all commands
// takes longer than many a command itself.
func selectCommands(args []string) []kong.Option {
	var all []kong.Option
	for _, c := range commands {
		if len(args) > 0 && args[0] == c.name {
			return []kong.Option{kong.DynamicCommand(c.name, c.help, "", c.make())}
		}
		all = append(all, kong.DynamicCommand(c.name, c.help, "", c.make()))
	}
	return all
}
