package main

import (
	"fmt"

	"github.com/rules-strata/rules_strata/go/isotime"
	"github.com/rules-strata/rules_strata/go/outfile"
)

// timeCmd is "strata time".
type timeCmd struct {
	Status string `placeholder:"FILE" required:"" help:"Bazel's volatile status file, which has BUILD_TIMESTAMP."`
	Out    string `placeholder:"FILE" required:"" help:"Where the time goes: seconds since 1970 with a sign, one line."`
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
	// With a sign it is never taken for a date.
	return outfile.Write(c.Out, fmt.Appendf(nil, "%+d\n", seconds))
}
