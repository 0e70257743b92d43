package main

import (
	"fmt"

	"github.com/rules-strata/rules_strata/go/isotime"
	"github.com/rules-strata/rules_strata/go/outfile"
)

// timeCmd is "strata time".
type timeCmd struct {
	Status string `placeholder:"FILE" required:"" help:"Bazel's volatile status file, which has BUILD_TIMESTAMP."`
	Out    string `placeholder:"FILE" required:"" help:"Where the time goes: seconds since 1970, one line."`
}

// Help describes the step.
func (timeCmd) Help() string {
	return "Writes the time of the build, for images whose time is \"now\"."
}

// Run reads the time and writes it.
func (c timeCmd) Run() error {
	seconds, err := isotime.ReadStatus(c.Status)
	if err != nil {
		return err
	}
	return outfile.Write(c.Out, fmt.Appendln(nil, seconds))
}
