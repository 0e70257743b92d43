package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/rules-strata/rules_strata/go/ocilayout"
	"github.com/rules-strata/rules_strata/go/outdir"
)

// indexLayoutCmd is "strata index-layout".
type indexLayoutCmd struct {
	Index  string   `required:"" placeholder:"FILE" help:"The image index."`
	Layout []string `sep:"none" placeholder:"DIR" help:"The OCI layout of an image of the index. Repeatable."`
	Name   string   `required:"" help:"The index's name."`
	Tag    string   `required:"" placeholder:"FILE" help:"The index's tag, one line."`
	Out    string   `required:"" placeholder:"DIR" help:"The layout to write."`
}

// Help describes the step.
func (indexLayoutCmd) Help() string {
	return "Writes the OCI layout of an image index with all its images, of the OCI layouts of these."
}

// Run copies the blobs and writes what describes them.
func (c *indexLayoutCmd) Run() error {
	var files ocilayout.Files
	for _, layout := range c.Layout {
		files.AddFolder(filepath.Join(layout, "blobs", "sha256"))
	}
	index, err := os.ReadFile(c.Index)
	if err != nil {
		return err
	}
	tag, err := readTag(c.Tag)
	if err != nil {
		return err
	}
	dir, err := outdir.Create(c.Out)
	if err != nil {
		return err
	}
	defer dir.Discard()
	if err := ocilayout.WriteIndex(dir, ocilayout.NamedIndex{Index: index, Blobs: &files, Name: c.Name, Tag: tag}); err != nil {
		return fmt.Errorf("layout of %s: %w", c.Index, err)
	}
	return dir.Commit()
}
