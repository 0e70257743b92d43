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
)

// commands are the sub-commands of strata, one file each.
type commands struct {
	Layer         layerCmd         `cmd:"" help:"Describe a layer of store objects."`
	Info          infoCmd          `cmd:"" help:"Hash a store object as a NAR."`
	Customisation customisationCmd `cmd:"" help:"Make the top layer, links to the contents."`
	Closure       closureCmd       `cmd:"" help:"Take the closure of store paths."`
	Plan          planCmd          `cmd:"" help:"Decide which store objects share a layer."`
	Rest          restCmd          `cmd:"" help:"Describe the layers that several store objects share."`
	Base          baseCmd          `cmd:"" help:"Describe the image that an image is built on."`
	Config        configCmd        `cmd:"" help:"Write the config of an image."`
	Time          timeCmd          `cmd:"" help:"Write the time of the build."`
	Blob          blobCmd          `cmd:"" help:"Compress a layer."`
	RestBlobs     restBlobsCmd     `cmd:"" help:"Compress the layers that several store objects share."`
	BaseBlobs     baseBlobsCmd     `cmd:"" help:"Compress the layers of a base image."`
	Tar           tarCmd           `cmd:"" help:"Write one layer as a tar."`
	BaseTars      baseTarsCmd      `cmd:"" help:"Write the layers of a base image as tars."`
	Manifest      manifestCmd      `cmd:"" help:"Write the OCI manifest of an image."`
	Layout        layoutCmd        `cmd:"" help:"Write the OCI layout of an image."`
	Archive       archiveCmd       `cmd:"" help:"Write an image as a docker archive."`
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
		kong.Name("strata"),
		kong.Description("The steps that turn a closure of store objects into the layers and the config of a container image."),
		kong.Writers(stdout, stderr),
		kong.Exit(func(code int) { exited = code }),
		kong.BindTo(stderr, (*io.Writer)(nil)),
	)
	if err != nil {
		panic(err)
	}
	args, err = expandArguments(args)
	if err != nil {
		fmt.Fprintf(stderr, "strata: %v\n", err)
		return exitUsage
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
