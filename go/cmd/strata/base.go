package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/rules-strata/rules_strata/go/baseimage"
	"github.com/rules-strata/rules_strata/go/baseinfo"
	"github.com/rules-strata/rules_strata/go/image"
	"github.com/rules-strata/rules_strata/go/jsonfile"
	"github.com/rules-strata/rules_strata/go/outfile"
)

// baseCmd is "strata base".
type baseCmd struct {
	Image        string `placeholder:"FILE" help:"The image to build on: a docker archive or an OCI layout, compressed or not, or the directory of a layout."`
	Name         string `help:"Name of the image, where there are several. Counts only with --tag."`
	Tag          string `help:"Tag of the image, where there are several. Counts only with --name."`
	OS           string `name:"os" default:"linux" help:"GOOS that chooses in an image index."`
	Architecture string `help:"GOARCH that chooses in an image index."`
	StoreDir     string `default:"/nix/store" help:"The store directory."`
	Layers       string `placeholder:"FILE" help:"layers.json of an image of ours, in place of --image."`
	Config       string `placeholder:"FILE" help:"The config of an image of ours."`
	Out          string `required:"" placeholder:"FILE" help:"Where base.json goes."`
	ConfigOut    string `required:"" placeholder:"FILE" help:"Where the base's config goes, as it is."`
	LayersOut    string `placeholder:"FILE" help:"Where layers.json goes, which makes the base an image of its own."`
}

// Help describes the step.
func (baseCmd) Help() string {
	return "Checks an image against its digests and says what is in it: the layers, and the store objects that their files make."
}

// Run describes the base.
func (c *baseCmd) Run(stderr io.Writer) error {
	var info baseinfo.Info
	var config []byte
	var err error
	switch archive, ours := c.Image != "", c.Layers != "" && c.Config != ""; {
	case archive == ours:
		return errors.New("give --image, or both --layers and --config")
	case archive:
		info, config, err = c.describe(stderr)
	default:
		info, config, err = c.describeOurs()
	}
	if err != nil {
		return err
	}
	if err := outfile.Write(c.ConfigOut, config); err != nil {
		return err
	}
	if c.LayersOut != "" {
		if err := jsonfile.Write(c.LayersOut, image.LayersOf(info)); err != nil {
			return err
		}
	}
	return info.Write(c.Out)
}

func (c *baseCmd) describe(stderr io.Writer) (info baseinfo.Info, config []byte, err error) {
	img, err := baseimage.Open(c.Image, baseimage.Selection{Name: c.Name, Tag: c.Tag, OS: c.OS, Architecture: c.Architecture})
	if err != nil {
		return info, nil, err
	}
	defer img.Close()
	for _, warning := range img.Warnings {
		fmt.Fprintf(stderr, "strata base: warning: %s\n", warning)
	}
	info, err = img.Describe(c.StoreDir)
	return info, img.Config, err
}

func (c *baseCmd) describeOurs() (info baseinfo.Info, config []byte, err error) {
	var layers image.Layers
	if err := jsonfile.Read(c.Layers, &layers); err != nil {
		return info, nil, err
	}
	if config, err = os.ReadFile(c.Config); err != nil {
		return info, nil, err
	}
	if _, err := image.ParseBase(config); err != nil {
		return info, nil, fmt.Errorf("%s: %w", c.Config, err)
	}
	return layers.BaseInfo(config), config, nil
}
