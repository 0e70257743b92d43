package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/rules-strata/rules_strata/go/buildenv"
	"github.com/rules-strata/rules_strata/go/command"
	"github.com/rules-strata/rules_strata/go/linktree"
	"github.com/rules-strata/rules_strata/go/object"
	"github.com/rules-strata/rules_strata/go/objectset"
	"github.com/rules-strata/rules_strata/go/outfile"
	"github.com/rules-strata/rules_strata/go/store"
	"github.com/rules-strata/rules_strata/go/storeview"
)

// buildEnvCmd is "strata build-env".
type buildEnvCmd struct {
	Path             []command.Object `sep:"none" placeholder:"STORE_PATH=LISTING" help:"An object to link, and its listing. Repeatable; the first wins where that is no error."`
	Label            []string         `sep:"none" help:"What messages call an object, in the order of --path. Repeatable."`
	Linked           []command.Object `sep:"none" placeholder:"STORE_PATH=LISTING" help:"An object that links of those may lead to, and its listing. Repeatable."`
	PathToLink       []string         `sep:"none" placeholder:"DIR" help:"Absolute path of which everything is linked, / for all. Repeatable."`
	Directory        []string         `sep:"none" placeholder:"PATH" help:"A path, relative to the object, that is a directory and no link to one. Repeatable."`
	IgnoreCollisions bool             `help:"Keep the first of two files at one path, with a warning."`
	Objects          string           `placeholder:"FILE" help:"The objects, as a set of objects: files at one path that have the same bytes are no collision then."`
	UnusedInputs     string           `placeholder:"FILE" help:"Where the files of objects that were not looked at are listed, one path a line."`
	StoreDir         string           `default:"/nix/store" placeholder:"DIR" help:"Store directory of all objects (default ${default})."`
	Out              string           `required:"" placeholder:"FILE" help:"Where the NAR of the object of links goes."`
}

// Help describes the step.
func (buildEnvCmd) Help() string {
	return "Makes one object of links to several, as nixpkgs' buildEnv does."
}

// Run writes the outputs.
func (c *buildEnvCmd) Run(stderr io.Writer) error {
	if len(c.Label) != 0 && len(c.Label) != len(c.Path) {
		return fmt.Errorf("%d --label for %d --path: give none or one each", len(c.Label), len(c.Path))
	}
	view, err := listings(c.StoreDir, append(c.Path, c.Linked...))
	if err != nil {
		return err
	}
	o := buildenv.Options{
		View: view, PathsToLink: c.PathToLink, Directories: c.Directory, IgnoreCollisions: c.IgnoreCollisions, Warnings: stderr,
	}
	for i, p := range c.Path {
		m := buildenv.Member{Path: p.Path, Label: string(p.Path)}
		if len(c.Label) != 0 {
			m.Label = c.Label[i]
		}
		o.Members = append(o.Members, m)
	}
	set := &objectset.Set{}
	if c.Objects != "" {
		if set, err = objectset.Read(c.Objects); err != nil {
			return err
		}
	}
	contents := buildenv.NewContents(set.Open)
	defer contents.Close()
	if c.Objects != "" {
		o.Same = contents.Same
	}
	entries, err := buildenv.Build(o)
	if err != nil {
		return err
	}
	if c.UnusedInputs != "" {
		if err := writeLines(c.UnusedInputs, set.InputsExcept(contents.Opened())); err != nil {
			return err
		}
	}
	return writeLinks(c.Out, entries)
}

// listings is a view of the objects whose listings are given, each of which is
// read when a path leads into its object.
func listings(storeDir string, objects []command.Object) (*storeview.View, error) {
	files := map[store.Path]string{}
	for _, o := range objects {
		if _, err := store.ParsePath(storeDir, string(o.Path)); err != nil {
			return nil, fmt.Errorf("%w: give the right --store-dir", err)
		}
		files[o.Path] = o.File
	}
	return storeview.New(storeDir, func(p store.Path) ([]object.Entry, error) {
		if files[p] == "" {
			return nil, nil
		}
		return readListing(files[p])
	}), nil
}

func readListing(file string) ([]object.Entry, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	entries, err := object.ReadListing(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return entries, nil
}

func writeLines(file string, lines []string) error {
	var text strings.Builder
	for _, line := range lines {
		text.WriteString(line + "\n")
	}
	return outfile.Write(file, []byte(text.String()))
}

func writeLinks(file string, entries []linktree.Entry) error {
	out, err := outfile.Create(file)
	if err != nil {
		return err
	}
	defer out.Discard()
	if err := linktree.WriteNAR(out, entries); err != nil {
		return fmt.Errorf("write %s: %w", file, err)
	}
	return out.Commit()
}
