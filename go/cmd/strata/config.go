package main

import (
	"bytes"
	"fmt"
	"os"
	"time"

	"github.com/rules-strata/rules_strata/go/image"
	"github.com/rules-strata/rules_strata/go/jsonfile"
	"github.com/rules-strata/rules_strata/go/layer"
	"github.com/rules-strata/rules_strata/go/layering"
	"github.com/rules-strata/rules_strata/go/outfile"
	"github.com/rules-strata/rules_strata/go/store"
)

type configCmd struct {
	Plan          string   `required:"" placeholder:"FILE" help:"plan.json."`
	Layer         []string `sep:"none" placeholder:"FILE" help:"layer.json of an object alone in its layer. Repeatable."`
	Rest          string   `placeholder:"FILE" help:"rest.json, which describes the layers that hold several objects."`
	Customisation string   `required:"" placeholder:"FILE" help:"layer.json of the customisation layer."`
	Config        string   `required:"" placeholder:"FILE" help:"JSON with the fields of the Docker image specification."`
	ConfigAsIs    bool     `help:"The config is a file of the user's own, in which $(store_path LABEL) is not replaced: it is an error there."`
	Created       timeFlag `default:"1" help:"When the image was made: seconds since 1970, or ISO 8601."`
	OS            string   `name:"os" default:"linux" help:"GOOS of the image."`
	Architecture  string   `required:"" help:"GOARCH of the image."`
	Tag           string   `help:"The image's tag; from the content when empty."`
	Out           string   `required:"" placeholder:"FILE" help:"Where the image's config goes; its SHA-256 is the image ID."`
	LayersOut     string   `required:"" placeholder:"FILE" help:"Where layers.json goes: every layer, bottom layer first."`
	TagOut        string   `required:"" placeholder:"FILE" help:"Where the tag goes, one line."`
}

func (c *configCmd) Run() error {
	layers, err := c.layers()
	if err != nil {
		return err
	}
	userConfig, err := os.ReadFile(c.Config)
	if err != nil {
		return err
	}
	if c.ConfigAsIs && bytes.Contains(userConfig, []byte("$(store_path ")) {
		return fmt.Errorf("%s: $(store_path LABEL) is not replaced in a file: make the file with expand_store_paths, and name the objects in config_deps", c.Config)
	}
	user, err := image.ParseUserConfig(userConfig)
	if err != nil {
		return fmt.Errorf("%s: %w", c.Config, err)
	}
	config, err := image.Config(image.Settings{
		User:         user,
		Created:      time.Unix(int64(c.Created), 0),
		OS:           c.OS,
		Architecture: c.Architecture,
	}, layers)
	if err != nil {
		return err
	}
	tag := c.Tag
	if tag == "" {
		tag = image.ContentTag(config)
	}
	if err := jsonfile.Write(c.LayersOut, image.Layers{Layers: layers, Version: jsonfile.Version}); err != nil {
		return err
	}
	if err := outfile.Write(c.TagOut, []byte(tag+"\n")); err != nil {
		return err
	}
	return outfile.Write(c.Out, config)
}

func (c *configCmd) layers() ([]image.Layer, error) {
	plan, err := layering.ReadPlan(c.Plan)
	if err != nil {
		return nil, err
	}
	single := map[store.Path]layer.Metadata{}
	for _, file := range c.Layer {
		m, err := layer.ReadMetadata(file)
		if err != nil {
			return nil, err
		}
		if len(m.StorePaths) != 1 {
			return nil, fmt.Errorf("%s: describes %d objects: give it with --rest or --customisation", file, len(m.StorePaths))
		}
		if old, ok := single[m.StorePaths[0]]; ok && old.DiffID != m.DiffID {
			return nil, fmt.Errorf("%s: describes %s, which another --layer describes as %s", file, m.StorePaths[0], old.DiffID)
		}
		single[m.StorePaths[0]] = m
	}
	var shared *image.Shared
	if c.Rest != "" {
		shared = &image.Shared{}
		if err := jsonfile.Read(c.Rest, shared); err != nil {
			return nil, err
		}
	}
	customisation, err := layer.ReadMetadata(c.Customisation)
	if err != nil {
		return nil, err
	}
	return image.Assemble(plan, single, shared, customisation)
}
