package main

import (
	"fmt"
	"os"

	"github.com/rules-strata/rules_strata/go/blob"
	"github.com/rules-strata/rules_strata/go/image"
	"github.com/rules-strata/rules_strata/go/jsonfile"
	"github.com/rules-strata/rules_strata/go/ocilayout"
	"github.com/rules-strata/rules_strata/go/outfile"
)

// manifestCmd is "strata manifest".
type manifestCmd struct {
	Layers       string            `required:"" placeholder:"FILE" help:"layers.json."`
	Config       string            `required:"" placeholder:"FILE" help:"The image's config."`
	Descriptor   []string          `sep:"none" placeholder:"FILE" help:"Descriptor of a layer's blob; which layer's, its diff ID tells. Repeatable."`
	Descriptors  []string          `sep:"none" placeholder:"FILE" help:"Descriptors of several blobs. Repeatable."`
	BaseManifest string            `placeholder:"FILE" help:"Manifest of the image below, of which layers come. Counts only with --base-layers."`
	BaseLayers   string            `placeholder:"FILE" help:"layers.json of that image."`
	Annotation   map[string]string `mapsep:"none" placeholder:"KEY=VALUE" help:"Annotation of the manifest. Repeatable."`
	Out          string            `required:"" placeholder:"FILE" help:"Where the manifest goes."`
	DigestOut    string            `required:"" placeholder:"FILE" help:"Where its digest goes, one line."`
}

// Help describes the step.
func (manifestCmd) Help() string {
	return "Writes the OCI manifest of an image, of descriptors of its layers' blobs."
}

// Run writes the manifest and its digest.
func (c *manifestCmd) Run() error {
	var layers image.Layers
	if err := jsonfile.Read(c.Layers, &layers); err != nil {
		return err
	}
	config, err := os.ReadFile(c.Config)
	if err != nil {
		return err
	}
	blobs, err := c.blobs()
	if err != nil {
		return err
	}
	m, err := ocilayout.NewManifest(layers.Layers, config, blobs, c.Annotation)
	if err != nil {
		return fmt.Errorf("manifest of %s and %s: %w", c.Layers, c.Config, err)
	}
	data, err := m.Encode()
	if err != nil {
		return err
	}
	if err := outfile.Write(c.DigestOut, []byte(ocilayout.Digest(data)+"\n")); err != nil {
		return err
	}
	return outfile.Write(c.Out, data)
}

// blobs are all descriptors, those of single blobs first.
func (c *manifestCmd) blobs() ([]blob.Descriptor, error) {
	var blobs []blob.Descriptor
	for _, file := range c.Descriptor {
		d, err := blob.ReadDescriptor(file)
		if err != nil {
			return nil, err
		}
		blobs = append(blobs, d)
	}
	for _, file := range c.Descriptors {
		list, err := blob.ReadDescriptors(file)
		if err != nil {
			return nil, err
		}
		blobs = append(blobs, list...)
	}
	if c.BaseManifest != "" {
		list, err := c.baseBlobs()
		if err != nil {
			return nil, err
		}
		blobs = append(blobs, list...)
	}
	return blobs, nil
}

// baseBlobs describes the blobs of the layers of the image below.
func (c *manifestCmd) baseBlobs() ([]blob.Descriptor, error) {
	data, err := os.ReadFile(c.BaseManifest)
	if err != nil {
		return nil, err
	}
	var layers image.Layers
	if err := jsonfile.Read(c.BaseLayers, &layers); err != nil {
		return nil, err
	}
	blobs, err := ocilayout.ManifestBlobs(data, layers.Layers)
	if err != nil {
		return nil, fmt.Errorf("%s and %s: %w", c.BaseManifest, c.BaseLayers, err)
	}
	return blobs, nil
}
