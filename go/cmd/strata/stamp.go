package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/rules-strata/rules_strata/go/jsonfile"
	"github.com/rules-strata/rules_strata/go/ocilayout"
	"github.com/rules-strata/rules_strata/go/outfile"
	"github.com/rules-strata/rules_strata/go/reference"
	"github.com/rules-strata/rules_strata/go/stamp"
)

// stampCmd is "strata stamp".
type stampCmd struct {
	Manifest     string   `required:"" placeholder:"FILE" help:"The image's manifest."`
	Config       string   `placeholder:"FILE" help:"The image's config. Without: the manifest is an image index, which stays as it is."`
	Repository   string   `required:"" help:"Where the image is pushed to, registry included."`
	Tag          []string `sep:"none" help:"A tag. Repeatable."`
	TagFile      []string `sep:"none" placeholder:"FILE" help:"File of tags, one a line. Repeatable."`
	Additions    string   `placeholder:"FILE" help:"JSON of the annotations and the labels that the image gets."`
	Status       []string `sep:"none" placeholder:"FILE" help:"A status file of Bazel's, whose values {NAME} stands for. Repeatable. Without: tags stay as they are, and what else has a {NAME} is left out."`
	ManifestOut  string   `required:"" placeholder:"FILE" help:"Where the manifest goes."`
	ConfigOut    string   `placeholder:"FILE" help:"Where the config goes."`
	ReferenceOut string   `required:"" placeholder:"FILE" help:"Where REPOSITORY@DIGEST goes, one line."`
	TagsOut      string   `required:"" placeholder:"FILE" help:"Where the tags go, one a line."`
}

// additions are what a push adds to an image.
type additions struct {
	Annotations map[string]string `json:"annotations"`
	Labels      map[string]string `json:"labels"`
	Version     int               `json:"version"`
}

// Help describes the step.
func (stampCmd) Help() string {
	return "Writes the manifest and the config of an image as it is pushed, with what the build's status says, and its reference."
}

// Run writes the manifest and the config, and what they are called.
func (c *stampCmd) Run() error {
	if (c.Config == "") != (c.ConfigOut == "") || c.Config == "" && c.Additions != "" {
		return errors.New("--config and --config-out go together, and --additions needs them")
	}
	var status stamp.Status
	if len(c.Status) > 0 {
		var err error
		if status, err = stamp.Read(c.Status...); err != nil {
			return err
		}
	}
	tags, err := c.tags(status)
	if err != nil {
		return err
	}
	manifest, config, err := c.extend(status)
	if err != nil {
		return err
	}
	for _, out := range []struct {
		file string
		data []byte
	}{
		{c.TagsOut, []byte(lines(tags))},
		{c.ReferenceOut, []byte(c.Repository + "@" + ocilayout.Digest(manifest) + "\n")},
		{c.ConfigOut, config},
		{c.ManifestOut, manifest},
	} {
		if out.file == "" {
			continue
		}
		if err := outfile.Write(out.file, out.data); err != nil {
			return err
		}
	}
	return nil
}

// extend makes the manifest and the config.
func (c *stampCmd) extend(status stamp.Status) (manifest, config []byte, err error) {
	data, err := os.ReadFile(c.Manifest)
	if err != nil || c.Config == "" {
		return data, nil, err
	}
	if config, err = os.ReadFile(c.Config); err != nil {
		return nil, nil, err
	}
	var added additions
	if c.Additions != "" {
		if err := jsonfile.Read(c.Additions, &added); err != nil {
			return nil, nil, err
		}
	}
	for what, values := range map[string]map[string]string{"annotations": added.Annotations, "labels": added.Labels} {
		if err := expandValues(values, status); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", what, err)
		}
	}
	if manifest, config, err = ocilayout.Extend(data, config, added.Annotations, added.Labels); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", c.Manifest, err)
	}
	return manifest, config, nil
}

// expandValues puts the status into values; without one, those that need it
// are taken away.
func expandValues(values map[string]string, status stamp.Status) error {
	for name, value := range values {
		if status == nil {
			if stamp.HasPlaceholder(value) {
				delete(values, name)
			}
			continue
		}
		expanded, err := status.Expand(value)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		values[name] = expanded
	}
	return nil
}

// tags are those of the flags and those of the files, each once.
func (c *stampCmd) tags(status stamp.Status) ([]string, error) {
	var all []string
	for _, tag := range c.Tag {
		expanded, err := expandTag(tag, status)
		if err != nil {
			return nil, fmt.Errorf("tag: %w", err)
		}
		all = append(all, expanded)
	}
	for _, file := range c.TagFile {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		for line := range strings.Lines(string(data)) {
			tag := strings.TrimSpace(line)
			if tag == "" {
				continue
			}
			if stamp.HasPlaceholder(tag) {
				return nil, fmt.Errorf("%s: %q: a file of tags is not stamped: give tags with variables in remote_tags", file, tag)
			}
			if err := checkTag(tag); err != nil {
				return nil, fmt.Errorf("%s: %w", file, err)
			}
			all = append(all, tag)
		}
	}
	var tags []string
	for _, tag := range all {
		if !slices.Contains(tags, tag) {
			tags = append(tags, tag)
		}
	}
	if len(tags) == 0 {
		return nil, errors.New("no tag: give tags, or a file with some")
	}
	return tags, nil
}

// expandTag puts the status into a tag; without one, a tag that needs it stays
// as it is.
func expandTag(tag string, status stamp.Status) (string, error) {
	if status == nil && stamp.HasPlaceholder(tag) {
		return tag, nil
	}
	if status != nil {
		var err error
		if tag, err = status.Expand(tag); err != nil {
			return "", err
		}
	}
	return tag, checkTag(tag)
}

// checkTag refuses what is no tag (OCI distribution specification, "Pulling
// manifests").
func checkTag(tag string) error {
	if !reference.ValidTag(tag) {
		return fmt.Errorf("%.200q is not a tag: want 1 to 128 letters, digits and . _ -, with a letter, a digit or _ first", tag)
	}
	return nil
}
