package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/rules-strata/rules_strata/go/blob"
	"github.com/rules-strata/rules_strata/go/ocilayout"
	"github.com/rules-strata/rules_strata/go/outdir"
)

// layoutCmd is "strata layout".
type layoutCmd struct {
	Manifest string     `required:"" placeholder:"FILE" help:"The image's manifest."`
	Config   string     `required:"" placeholder:"FILE" help:"The image's config."`
	Blob     []blobFlag `sep:"none" placeholder:"DESCRIPTOR=FILE" help:"Descriptor file of a layer's blob, and the blob. Repeatable."`
	BlobDir  []string   `sep:"none" placeholder:"DIR" help:"Directory of blobs, files named by the hexadecimal digits of their digests. Repeatable."`
	Name     string     `required:"" help:"The image's name."`
	Tag      string     `required:"" placeholder:"FILE" help:"The image's tag, one line."`
	Out      string     `required:"" placeholder:"DIR" help:"The layout to write."`
}

// Help describes the step.
func (layoutCmd) Help() string {
	return "Writes the OCI layout of an image, a directory that tools for registries read."
}

// Run copies the blobs and writes what describes them.
func (c *layoutCmd) Run() error {
	img := ocilayout.Image{Name: c.Name}
	var err error
	if img.Manifest, err = os.ReadFile(c.Manifest); err != nil {
		return err
	}
	if img.Config, err = os.ReadFile(c.Config); err != nil {
		return err
	}
	if img.Tag, err = readTag(c.Tag); err != nil {
		return err
	}
	if img.Blobs, err = c.blobs(); err != nil {
		return err
	}
	dir, err := outdir.Create(c.Out)
	if err != nil {
		return err
	}
	defer dir.Discard()
	if err := ocilayout.Write(dir, img); err != nil {
		return fmt.Errorf("layout of %s: %w", c.Manifest, err)
	}
	return dir.Commit()
}

func (c *layoutCmd) blobs() (*ocilayout.Files, error) {
	var files ocilayout.Files
	for _, b := range c.Blob {
		d, err := blob.ReadDescriptor(b.descriptor)
		if err != nil {
			return nil, err
		}
		files.Add(d.Digest, b.file)
	}
	for _, dir := range c.BlobDir {
		files.AddFolder(dir)
	}
	return &files, nil
}

// readTag reads a file with a tag, one line.
func readTag(file string) (string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	tag := strings.TrimSuffix(string(text), "\n")
	if tag == "" || strings.Contains(tag, "\n") {
		return "", fmt.Errorf("%s: want a tag, one line", file)
	}
	return tag, nil
}

// blobFlag is a blob and what describes it.
type blobFlag struct {
	descriptor, file string
}

// UnmarshalText splits DESCRIPTOR=FILE. Both may have equals signs: the split
// is then at the first one that has existing files on both sides.
func (f *blobFlag) UnmarshalText(text []byte) error {
	*f = blobFlag{}
	arg := string(text)
	for i := range len(arg) {
		if arg[i] != '=' {
			continue
		}
		descriptor, file := arg[:i], arg[i+1:]
		if f.file == "" {
			*f = blobFlag{descriptor, file}
		}
		if isThere(descriptor) && isThere(file) {
			*f = blobFlag{descriptor, file}
			break
		}
	}
	if f.descriptor == "" || f.file == "" {
		return fmt.Errorf("%q is not DESCRIPTOR=FILE", arg)
	}
	return nil
}

func isThere(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}
