package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/rules-strata/rules_strata/go/command"
	"github.com/rules-strata/rules_strata/go/imagecheck"
	"github.com/rules-strata/rules_strata/go/imagefile"
)

type checkCmd struct {
	Expectations string `placeholder:"FILE" help:"What is expected of the image (default: NAME.check.json beside the program)."`
	cacheFlags
}

// Help describes the command.
func (checkCmd) Help() string {
	return "Compares the image's config and files with what is expected of them. Needs no Docker."
}

func (c *checkCmd) Run(ctx context.Context, img *imagefile.Image, program imagefile.Program, std *streams) error {
	file := command.FromWorkingDirectory(c.Expectations)
	if c.Expectations == "" {
		if file = expectationsOf(program); !isCheck(program) {
			return fmt.Errorf("%s: nothing says what is expected of it: give --expectations FILE, or run an image_test of it", img.Ref())
		}
	}
	expectations, err := imagecheck.Read(file)
	if err != nil {
		return err
	}
	report, err := imagecheck.Run(ctx, img, expectations)
	if err != nil {
		return fmt.Errorf("%s: %w", img.Ref(), err)
	}
	for _, failure := range report.Failures {
		fmt.Fprintf(std.err, "FAIL %s\n", failure)
	}
	if n := len(report.Failures); n > 0 {
		lines := "the line"
		if n > 1 {
			lines = fmt.Sprintf("the %d lines", n)
		}
		return fmt.Errorf("%s is not as expected: see %s above", img.Ref(), lines)
	}
	_, err = fmt.Fprintf(std.out, "%s is as expected: %d fields of its config and paths\n", img.Ref(), report.Expectations)
	return err
}

// expectationsOf is the file that belongs to a program that checks an image.
func expectationsOf(program imagefile.Program) string {
	return strings.TrimSuffix(program.Description, ".image.json") + ".check.json"
}

// isCheck says whether a program is a test: then it checks when it is given no
// command.
func isCheck(program imagefile.Program) bool {
	info, err := os.Stat(expectationsOf(program))
	return err == nil && info.Mode().IsRegular()
}
