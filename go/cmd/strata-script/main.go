// Command strata-script runs the build steps that need an interpreter of
// shell scripts. Like strata's, each is a sub-command that reads files, calls
// one package and writes files; the exit status is 0, or 1 when an input is
// bad, or 2 when the command line is.
package main

import (
	"os"

	"github.com/rules-strata/rules_strata/go/cli"
	"github.com/rules-strata/rules_strata/go/realroot"
)

var program = cli.Program{
	Name:        "strata-script",
	Description: "The steps of building a container image that run shell scripts.",
	Commands: []cli.Command{
		{Name: "customisation", Help: "Make the top layer: links to the contents, and what scripts make of them.", Make: func() any { return new(customisationCmd) }},
		{Name: "image-tree", Help: "Make the files of an image's single layer: copies of the contents, and what scripts make of them.", Make: func() any { return new(imageTreeCmd) }},
	},
}

func main() {
	realroot.Init()
	os.Exit(program.Run(os.Args[1:], os.Stdout, os.Stderr))
}
