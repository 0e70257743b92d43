package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"

	"github.com/rules-strata/rules_strata/go/registry"
)

// command is what the command line says; the flags are those of
// nix-prefetch-docker.
type command struct {
	Image          string `arg:"" optional:"" placeholder:"IMAGE" help:"The image: NAME, NAME:TAG or NAME@DIGEST."`
	ImageName      string `placeholder:"NAME" help:"The image's name, in place of IMAGE."`
	ImageTag       string `placeholder:"TAG" help:"Its tag (default: latest)."`
	ImageDigest    string `placeholder:"DIGEST" help:"Its digest."`
	OS             string `name:"os" default:"linux" help:"The operating system to choose from an index (default: ${default})."`
	Arch           string `default:"amd64" help:"The architecture to choose from an index, a GOARCH (default: ${default})."`
	Variant        string `help:"The variant of the architecture."`
	FinalImageName string `placeholder:"NAME" help:"The image's name once it is here (default: its name)."`
	FinalImageTag  string `placeholder:"TAG" help:"Its tag once it is here (default: its tag)."`
	Insecure       bool   `help:"Use plain HTTP where the registry has no HTTPS: tls_verify = False. Registries on localhost need no leave."`
	JSON           bool   `name:"json" help:"Print JSON with the attributes, in place of the tag."`
	Quiet          bool   `short:"q" help:"Say nothing but the result."`
}

func (c *command) run(ctx context.Context, std *streams) error {
	text, err := c.reference()
	if err != nil {
		return err
	}
	ref, err := registry.ParseReference(text, c.Insecure)
	if err != nil {
		return err
	}
	client := registry.New(registry.Options{Insecure: c.Insecure, UserAgent: "rules_strata"})
	defer client.Close()
	img, err := client.Resolve(ctx, ref, registry.Platform{OS: c.OS, Architecture: c.Arch, Variant: c.Variant})
	if err != nil {
		return err
	}
	if !c.Quiet {
		fmt.Fprintf(std.err, "%s: %s\n", text, choice(img))
	}
	p := c.pin(text, ref, img)
	if c.JSON {
		return p.writeJSON(std.out)
	}
	return p.writeTag(std.out)
}

// reference is the image, from IMAGE or from the flags.
func (c *command) reference() (string, error) {
	switch {
	case c.Image != "" && c.ImageName+c.ImageTag+c.ImageDigest != "":
		return "", fmt.Errorf("%s and --image-name, --image-tag or --image-digest both name the image: give one", c.Image)
	case c.Image != "":
		return c.Image, nil
	case c.ImageName == "":
		return "", errors.New("no image: prefetch IMAGE, or --image-name NAME")
	case c.ImageTag != "" && c.ImageDigest != "":
		return "", errors.New("--image-tag and --image-digest both choose the image: give one")
	case c.ImageDigest != "":
		return c.ImageName + "@" + c.ImageDigest, nil
	case c.ImageTag != "":
		return c.ImageName + ":" + c.ImageTag, nil
	}
	return c.ImageName, nil
}

// choice says which image it is.
func choice(img *registry.Image) string {
	if img.Index == nil {
		return img.Platform.String()
	}
	there := make([]string, len(img.Platforms))
	for i, p := range img.Platforms {
		there[i] = p.String()
	}
	return fmt.Sprintf("%s, of an index with %s", img.Platform, strings.Join(there, ", "))
}

// pin is the tag for the image that was found.
func (c *command) pin(text string, ref name.Reference, img *registry.Image) pin {
	imageName, _, _ := strings.Cut(text, "@")
	tag := ""
	if t, ok := ref.(name.Tag); ok {
		imageName, tag = strings.TrimSuffix(text, ":"+t.TagStr()), t.TagStr()
	}
	p := pin{
		Name:           repositoryName(imageName),
		ImageName:      imageName,
		ImageDigest:    img.Descriptor.Digest.String(),
		FinalImageName: c.FinalImageName,
		FinalImageTag:  c.FinalImageTag,
		PlainHTTP:      c.Insecure,
	}
	if img.Index != nil {
		p.ImageDigest = img.Index.Digest.String()
		p.OS, p.Arch, p.Variant = c.OS, c.Arch, c.Variant
	}
	if p.FinalImageTag == "" && tag != "latest" {
		p.FinalImageTag = tag
	}
	return p
}
