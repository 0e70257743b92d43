package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/rules-strata/rules_strata/go/image"
	"github.com/rules-strata/rules_strata/go/ocilayout"
	"github.com/rules-strata/rules_strata/go/outfile"
)

// indexCmd is "strata index".
type indexCmd struct {
	Label       []string `sep:"none" placeholder:"TEXT" help:"Which image it is, for messages. One for each image."`
	Manifest    []string `sep:"none" placeholder:"FILE" help:"An image's manifest. One for each image, in the same order."`
	Config      []string `sep:"none" placeholder:"FILE" help:"An image's config. One for each image, in the same order."`
	Annotations string   `placeholder:"FILE" help:"Annotations of the index: a JSON object of strings."`
	Tag         string   `help:"The index's tag; from the content when empty."`
	Out         string   `required:"" placeholder:"FILE" help:"Where the index goes."`
	DigestOut   string   `required:"" placeholder:"FILE" help:"Where its digest goes, one line."`
	TagOut      string   `required:"" placeholder:"FILE" help:"Where its tag goes, one line."`
}

// Help describes the step.
func (indexCmd) Help() string {
	return "Writes the OCI image index of images for several platforms."
}

// Run writes the index, its digest and its tag.
func (c *indexCmd) Run() error {
	members, err := c.members()
	if err != nil {
		return err
	}
	data, err := encodeIndex(members, c.Annotations)
	if err != nil {
		return err
	}
	tag := c.Tag
	if tag == "" {
		tag = image.ContentTag(data)
	}
	if err := outfile.Write(c.TagOut, []byte(tag+"\n")); err != nil {
		return err
	}
	if err := outfile.Write(c.DigestOut, []byte(ocilayout.Digest(data)+"\n")); err != nil {
		return err
	}
	return outfile.Write(c.Out, data)
}

func (c *indexCmd) members() ([]ocilayout.Member, error) {
	if len(c.Manifest) != len(c.Label) || len(c.Config) != len(c.Label) {
		return nil, fmt.Errorf("%d times --label, %d times --manifest and %d times --config: give each once for each image",
			len(c.Label), len(c.Manifest), len(c.Config))
	}
	var members []ocilayout.Member
	for i, label := range c.Label {
		manifest, err := os.ReadFile(c.Manifest[i])
		if err != nil {
			return nil, err
		}
		config, err := os.ReadFile(c.Config[i])
		if err != nil {
			return nil, err
		}
		members = append(members, ocilayout.Member{Label: label, Manifest: manifest, Config: config})
	}
	return members, nil
}

// encodeIndex is the index of images, with the annotations in a file, if there is
// one.
func encodeIndex(members []ocilayout.Member, annotations string) ([]byte, error) {
	texts, err := readAnnotations(annotations)
	if err != nil {
		return nil, err
	}
	x, err := ocilayout.NewIndex(members, texts)
	if err != nil {
		return nil, err
	}
	return x.Encode()
}

// readAnnotations reads a file of annotations, if there is one.
func readAnnotations(file string) (map[string]string, error) {
	if file == "" {
		return nil, nil
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var annotations map[string]string
	if err := json.Unmarshal(data, &annotations); err != nil {
		return nil, fmt.Errorf("%s: want a JSON object of strings: %w", file, err)
	}
	return annotations, nil
}
