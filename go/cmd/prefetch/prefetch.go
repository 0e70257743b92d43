package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/rules-strata/rules_strata/go/command"
	"github.com/rules-strata/rules_strata/go/reference"
	"github.com/rules-strata/rules_strata/go/registry"
)

// prefetch is what the command line says; the flags are those of
// nix-prefetch-docker, and some for MODULE.bazel.
type prefetch struct {
	Image          string `arg:"" optional:"" placeholder:"IMAGE" help:"The image: NAME, NAME:TAG or NAME@DIGEST."`
	ImageName      string `placeholder:"NAME" help:"The image's name, in place of IMAGE."`
	ImageTag       string `placeholder:"TAG" help:"Its tag (default: latest)."`
	ImageDigest    string `placeholder:"DIGEST" help:"Its digest."`
	OS             string `name:"os" help:"The operating system to choose from an index (default: linux; with --update, that of the pull.image there)."`
	Arch           string `help:"The architecture to choose from an index, a GOARCH (default: amd64; with --update, that of the pull.image there, or this machine's)."`
	Variant        string `help:"The variant of the architecture."`
	FinalImageName string `placeholder:"NAME" help:"The image's name once it is here (default: its name; with --update, that of the pull.image there)."`
	FinalImageTag  string `placeholder:"TAG" help:"Its tag once it is here (default: its tag; with --update, that of the pull.image there)."`
	Name           string `placeholder:"NAME" help:"The repository's name in MODULE.bazel (default: the last part of the image's name)."`
	Update         bool   `help:"Change the tag with that name in MODULE.bazel, or add it, in place of printing it."`
	ModuleFile     string `placeholder:"FILE" help:"The file for --update (default: MODULE.bazel of the workspace)."`
	Insecure       bool   `help:"Use plain HTTP where the registry has no HTTPS, which is tls_verify = False in the tag. Registries on localhost need no leave."`
	JSON           bool   `name:"json" help:"Print JSON with the attributes, in place of the tag."`
	Quiet          bool   `short:"q" help:"Say nothing but the result."`

	machine string // the GOARCH of the machine that it runs on
}

// Run finds the image, and prints its tag or puts it into MODULE.bazel.
func (c *prefetch) Run(ctx context.Context, std *command.Streams) error {
	if c.ModuleFile != "" && !c.Update {
		return fmt.Errorf("--module-file %s is of no use without --update: give both", c.ModuleFile)
	}
	r, err := c.request()
	if err != nil {
		return err
	}
	u, err := c.openModule(&r)
	if err != nil {
		return err
	}
	if err := r.parse(); err != nil {
		return err
	}
	img, err := resolve(ctx, r)
	if err != nil {
		return err
	}
	if !c.Quiet {
		fmt.Fprintf(std.Err, "%s: %s\n", r.text(), choice(img))
	}
	p := c.pin(r, img)
	if u != nil {
		return u.write(c, p, r, img.Index != nil, std)
	}
	if c.JSON {
		return writeJSON(std.Out, p)
	}
	return p.writeTag(std.Out)
}

func resolve(ctx context.Context, r request) (*registry.Image, error) {
	client := registry.New(registry.Options{Insecure: r.insecure, UserAgent: "rules_strata"})
	defer client.Close()
	return client.Resolve(ctx, r.ref, r.platform)
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
func (c *prefetch) pin(r request, img *registry.Image) pin {
	p := pin{
		Name:           r.repository,
		ImageName:      r.name,
		ImageDigest:    img.Descriptor.Digest.String(),
		FinalImageName: c.FinalImageName,
		FinalImageTag:  c.FinalImageTag,
	}
	if img.PlainHTTP {
		p.TLSVerify = new(bool)
	}
	if img.Index != nil {
		p.ImageDigest = img.Index.Digest.String()
		p.OS, p.Arch, p.Variant = r.platform.OS, r.platform.Architecture, r.platform.Variant
	}
	if p.FinalImageTag == "" && r.tag != reference.DefaultTag {
		p.FinalImageTag = r.tag
	}
	return p
}
