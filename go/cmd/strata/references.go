package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/rules-strata/rules_strata/go/outfile"
)

// referencesCmd is "strata references".
type referencesCmd struct {
	Template  string          `required:"" placeholder:"FILE" help:"A text."`
	Reference []referenceFlag `required:"" sep:"none" placeholder:"NAME=FILE" help:"What {NAME} in the text stands for: the file's one line. Repeatable."`
	Out       string          `required:"" placeholder:"FILE" help:"Where the text goes."`
}

// referenceFlag is a flag NAME=FILE.
type referenceFlag struct{ name, file string }

// UnmarshalText cuts at the first "=".
func (f *referenceFlag) UnmarshalText(text []byte) error {
	name, file, ok := strings.Cut(string(text), "=")
	if !ok || name == "" || file == "" {
		return fmt.Errorf("%q: want NAME=FILE", text)
	}
	f.name, f.file = name, file
	return nil
}

// Help describes the step.
func (referencesCmd) Help() string {
	return "Puts the references of images, REPOSITORY@DIGEST, into a text. All other braces stay."
}

// Run writes the text.
func (c *referencesCmd) Run() error {
	data, err := os.ReadFile(c.Template)
	if err != nil {
		return err
	}
	text := string(data)
	var pairs []string
	for _, r := range c.Reference {
		line, err := os.ReadFile(r.file)
		if err != nil {
			return err
		}
		placeholder := "{" + r.name + "}"
		if !strings.Contains(text, placeholder) {
			return fmt.Errorf("%s: it has no %s: write that where the image's reference belongs, or leave the image out", c.Template, placeholder)
		}
		pairs = append(pairs, placeholder, strings.TrimSpace(string(line)))
	}
	return outfile.Write(c.Out, []byte(strings.NewReplacer(pairs...).Replace(text)))
}
