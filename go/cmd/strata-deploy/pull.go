package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"time"

	"github.com/rules-strata/rules_strata/go/command"
	"github.com/rules-strata/rules_strata/go/download"
	"github.com/rules-strata/rules_strata/go/progress"
	"github.com/rules-strata/rules_strata/go/reference"
	"github.com/rules-strata/rules_strata/go/registry"
)

// pullName is what the program is called that only pulls; it belongs to no
// image.
const pullName = "pull"

type pullCmd struct {
	Ref           string `arg:"" placeholder:"REF" help:"The image: NAME, NAME:TAG or NAME@DIGEST."`
	Dir           string `arg:"" placeholder:"DIR" help:"The OCI layout to make, where nothing may be but an empty folder, which is filled."`
	OS            string `name:"os" help:"The operating system to choose from an index (default: linux)."`
	Arch          string `help:"The architecture to choose from an index, a GOARCH (default: that of this machine)."`
	Variant       string `help:"The variant of the architecture."`
	All           bool   `help:"Keep an index whole, with the images for all platforms."`
	ForeignLayers bool   `help:"Fetch layers from the URLs that the manifest names where the registry does not have them."`
	Insecure      bool   `help:"Use plain HTTP where the registry has no HTTPS. Registries on localhost need no leave."`
	Quiet         bool   `short:"q" help:"Print only the reference of what was pulled."`
}

// Help describes the command.
func (pullCmd) Help() string {
	return "Downloads an image into a folder, an OCI layout, and prints REPOSITORY@DIGEST. Logins are Docker's and Podman's. " +
		"The folder appears when all of it has arrived and is checked; in one that is there, index.json does. " +
		"What arrived when it broke off is kept beside it, or in one that is there, and another try goes on from there."
}

// Run downloads the image.
func (c *pullCmd) Run(ctx context.Context, std *streams) error {
	if c.All && c.OS+c.Arch+c.Variant != "" {
		return errors.New("--all keeps the images for all platforms: leave out --os, --arch and --variant")
	}
	ref, err := registry.ParseReference(c.Ref, c.Insecure)
	if err != nil {
		return err
	}
	var shown io.Writer
	if !c.Quiet {
		shown = std.err
	}
	if c.OS == "" {
		c.OS = "linux"
	}
	if c.Arch == "" {
		c.Arch = runtime.GOARCH
	}
	start := time.Now()
	reporter := progress.New(shown)
	client := registry.New(registry.Options{Insecure: c.Insecure, ForeignLayers: c.ForeignLayers, UserAgent: "rules_strata"})
	defer client.Close()
	got, err := download.Layout(ctx, client, ref, command.FromWorkingDirectory(c.Dir), download.Options{
		Platform: registry.Platform{OS: c.OS, Architecture: c.Arch, Variant: c.Variant}, All: c.All, Progress: reporter,
	})
	if err != nil {
		return err
	}
	if !c.Quiet {
		blobs, bytes := reporter.Sent()
		fmt.Fprintf(std.err, "%d of %d blobs downloaded, %s, %.1f s to %s\n", blobs, got.Blobs, progress.Size(bytes), time.Since(start).Seconds(), c.Dir)
	}
	_, err = fmt.Fprintf(std.out, "%s@%s\n", repositoryOf(c.Ref), got.Descriptor.Digest)
	return err
}

// repositoryOf is a reference without its tag and digest, as it was written.
func repositoryOf(ref string) string {
	ref, _, _ = strings.Cut(ref, "@")
	repository, _, _ := reference.Cut(ref)
	return repository
}
