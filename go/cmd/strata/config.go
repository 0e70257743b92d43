package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/rules-strata/rules_strata/go/baseinfo"
	"github.com/rules-strata/rules_strata/go/command"
	"github.com/rules-strata/rules_strata/go/image"
	"github.com/rules-strata/rules_strata/go/isotime"
	"github.com/rules-strata/rules_strata/go/jsonfile"
	"github.com/rules-strata/rules_strata/go/layer"
	"github.com/rules-strata/rules_strata/go/layering"
	"github.com/rules-strata/rules_strata/go/outfile"
	"github.com/rules-strata/rules_strata/go/store"
)

type configCmd struct {
	Plan          string       `required:"" placeholder:"FILE" help:"plan.json."`
	Layer         []string     `sep:"none" placeholder:"FILE" help:"layer.json of an object alone in its layer. Repeatable."`
	Rest          string       `placeholder:"FILE" help:"rest.json, which describes the layers that hold several objects."`
	Customisation string       `required:"" placeholder:"FILE" help:"layer.json of the customisation layer."`
	Base          string       `placeholder:"FILE" help:"base.json of the image to build on."`
	BaseConfig    string       `placeholder:"FILE" help:"The config of the image to build on."`
	Inherit       []string     `sep:"none" placeholder:"FIELD" help:"Field of the base's config that is inherited; all of them when the flag is not given, none when it is only given empty. Repeatable."`
	Config        string       `required:"" placeholder:"FILE" help:"JSON with the fields of the Docker image specification."`
	ConfigAsIs    bool         `help:"The config is a file of the user's own, in which $(store_path LABEL) is not replaced: it is an error there."`
	Created       command.Time `default:"1" help:"When the image was made: seconds since 1970, or ISO 8601."`
	CreatedFile   string       `placeholder:"FILE" help:"Bazel's volatile status file: the image was made at the time of the build that is in it. Not reproducible."`
	OS            string       `name:"os" default:"linux" help:"GOOS of the image."`
	Architecture  string       `required:"" help:"GOARCH of the image."`
	Tag           string       `help:"The image's tag; from the content when empty."`
	Out           string       `required:"" placeholder:"FILE" help:"Where the image's config goes; its SHA-256 is the image ID."`
	LayersOut     string       `required:"" placeholder:"FILE" help:"Where layers.json goes: every layer, bottom layer first."`
	TagOut        string       `required:"" placeholder:"FILE" help:"Where the tag goes, one line."`
}

func (c *configCmd) Run(stderr io.Writer) error {
	layers, err := c.layers()
	if err != nil {
		return err
	}
	settings, err := c.settings()
	if err != nil {
		return err
	}
	config, err := image.Config(settings, layers.Layers)
	if err != nil {
		return err
	}
	for _, warning := range settings.Warnings() {
		fmt.Fprintf(stderr, "strata config: warning: %s\n", warning)
	}
	tag := c.Tag
	if tag == "" {
		tag = image.ContentTag(config)
	}
	if err := jsonfile.Write(c.LayersOut, layers); err != nil {
		return err
	}
	if err := outfile.Write(c.TagOut, []byte(tag+"\n")); err != nil {
		return err
	}
	return outfile.Write(c.Out, config)
}

// settings reads all but the layers.
func (c *configCmd) settings() (image.Settings, error) {
	s := image.Settings{Created: time.Unix(int64(c.Created), 0), OS: c.OS, Architecture: c.Architecture}
	if c.CreatedFile != "" {
		seconds, err := isotime.ReadStatus(c.CreatedFile)
		if err != nil {
			return s, err
		}
		s.Created = time.Unix(seconds, 0)
	}
	userConfig, err := os.ReadFile(c.Config)
	if err != nil {
		return s, err
	}
	if c.ConfigAsIs && bytes.Contains(userConfig, []byte("$(store_path ")) {
		return s, fmt.Errorf("%s: $(store_path LABEL) is not replaced in a file: make the file with expand_store_paths, and name the objects in config_deps", c.Config)
	}
	if s.User, err = image.ParseUserConfig(userConfig); err != nil {
		return s, fmt.Errorf("%s: %w", c.Config, err)
	}
	if c.BaseConfig == "" {
		return s, nil
	}
	data, err := os.ReadFile(c.BaseConfig)
	if err != nil {
		return s, err
	}
	if s.Base, err = image.ParseBase(data); err != nil {
		return s, fmt.Errorf("%s: %w", c.BaseConfig, err)
	}
	if len(c.Inherit) > 0 {
		s.Inherit = slices.DeleteFunc(slices.Clone(c.Inherit), func(field string) bool { return field == "" })
	}
	return s, nil
}

// base reads base.json, if there is one.
func (c *configCmd) base() (*baseinfo.Info, error) {
	if (c.Base == "") != (c.BaseConfig == "") {
		return nil, errors.New("--base and --base-config belong together: give both or none")
	}
	if c.Base == "" {
		return nil, nil
	}
	info, err := baseinfo.Read(c.Base)
	return &info, err
}

func (c *configCmd) layers() (*image.Layers, error) {
	base, err := c.base()
	if err != nil {
		return nil, err
	}
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
			return nil, fmt.Errorf("%s has other contents in %s than in another of the image's targets (diff IDs %s and %s): take it from one source, such as one lock or one Nix store",
				m.StorePaths[0], file, m.DiffID, old.DiffID)
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
	return image.Assemble(base, plan, single, shared, customisation)
}
