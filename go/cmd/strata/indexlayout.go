package main

import (
	"cmp"
	"fmt"
	"path/filepath"

	"github.com/rules-strata/rules_strata/go/image"
	"github.com/rules-strata/rules_strata/go/ocilayout"
	"github.com/rules-strata/rules_strata/go/outdir"
)

// indexLayoutCmd is "strata index-layout".
type indexLayoutCmd struct {
	Label       []string `sep:"none" placeholder:"TEXT" help:"Which image it is, for messages. One for each image."`
	Layout      []string `sep:"none" placeholder:"DIR" help:"An image's OCI layout. One for each image, in the same order."`
	Annotations string   `placeholder:"FILE" help:"Annotations of the index: a JSON object of strings."`
	Name        string   `required:"" help:"The index's name."`
	Tag         string   `help:"The index's tag; from the content when empty."`
	Out         string   `required:"" placeholder:"DIR" help:"The layout to write."`
}

// Help describes the step.
func (indexLayoutCmd) Help() string {
	return "Writes the OCI layout of an image index with all its images, of the OCI layouts of these. The index is that of the step index."
}

// Run copies the blobs and writes what describes them.
func (c *indexLayoutCmd) Run() error {
	if len(c.Layout) != len(c.Label) {
		return fmt.Errorf("%d times --label and %d times --layout: give each once for each image", len(c.Label), len(c.Layout))
	}
	var files ocilayout.Files
	var members []ocilayout.Member
	for i, folder := range c.Layout {
		files.AddFolder(filepath.Join(folder, "blobs", "sha256"))
		m, err := ocilayout.ReadMember(folder, c.Label[i])
		if err != nil {
			return fmt.Errorf("%s: %w", c.Label[i], err)
		}
		members = append(members, m)
	}
	index, err := encodeIndex(members, c.Annotations)
	if err != nil {
		return err
	}
	dir, err := outdir.Create(c.Out)
	if err != nil {
		return err
	}
	defer dir.Discard()
	named := ocilayout.NamedIndex{Index: index, Blobs: &files, Name: c.Name, Tag: cmp.Or(c.Tag, image.ContentTag(index))}
	if err := ocilayout.WriteIndex(dir, named); err != nil {
		return fmt.Errorf("layout of %s: %w", c.Name, err)
	}
	return dir.Commit()
}
