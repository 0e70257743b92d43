package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"

	"github.com/rules-strata/rules_strata/go/blob"
	"github.com/rules-strata/rules_strata/go/compress"
	"github.com/rules-strata/rules_strata/go/imagefile"
	"github.com/rules-strata/rules_strata/go/progress"
	"github.com/rules-strata/rules_strata/go/reference"
	"github.com/rules-strata/rules_strata/go/registry"
)

type pushCmd struct {
	Ref         string        `arg:"" optional:"" placeholder:"REPOSITORY[:TAG]" help:"Where to, registry included; without a tag, the image's own."`
	Repository  string        `placeholder:"REPOSITORY" help:"Where to, in place of the target's own."`
	Tag         []string      `sep:"none" placeholder:"TAG" help:"Tag, in place of the image's own. Repeatable."`
	Compression compress.Kind `placeholder:"KIND" help:"How layers are compressed, gzip, zstd or none; as the image's layer_compression says when empty."`
	Insecure    bool          `help:"Use plain HTTP where the registry has no HTTPS. Registries on localhost need no leave."`
	Quiet       bool          `short:"q" help:"Print only the reference of what was pushed."`
	cacheFlags
}

// runtimeMemory is what the Go runtime may take, in bytes: with the program itself
// it is 64 MiB. Windows of zstd that nobody needs any more would be let lie
// beyond it.
const runtimeMemory = 46 << 20

// Help describes the command.
func (pushCmd) Help() string {
	return "Sends what the registry lacks, and prints REPOSITORY@DIGEST. Layers are compressed while they are sent. " +
		"Their digests are remembered in $XDG_CACHE_HOME/rules_strata, unless Bazel has found them, as it does for image_push."
}

// Run pushes the image, by its digest and then each tag.
func (c *pushCmd) Run(ctx context.Context, img *imagefile.Image, program imagefile.Program, cache *remoteCache, std *streams) error {
	if index, err := os.ReadFile(strings.TrimSuffix(program.Description, ".image.json") + ".index"); err == nil {
		return fmt.Errorf("%s is an index, of which this program has one image: push it with an image_push target", strings.TrimSpace(string(index)))
	}
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(runtimeMemory))
	target, err := pushTargetOf(program)
	if err != nil {
		return err
	}
	if err := c.apply(img, target); err != nil {
		return err
	}
	refs, err := target.references()
	if err != nil {
		return err
	}
	var shown io.Writer
	if !c.Quiet {
		shown = std.err
	}
	reporter := progress.New(shown)
	source := &pushSource{image: img, cache: blob.UserCache(os.Getenv), compression: target.compression, reporter: reporter}
	source.origins = newPushOrigins(registry.Options{
		Insecure: target.Insecure, Jobs: source.jobs(target), Progress: reporter, UserAgent: "rules_strata",
	})
	defer source.origins.close()
	pushed, err := source.push(ctx, refs, target, cache.options())
	if err != nil {
		return err
	}
	if !c.Quiet {
		fmt.Fprintf(std.err, "%s to %s: %s\n", reporter.Summary(), target.Repository, strings.Join(target.tags, ", "))
	}
	_, err = fmt.Fprintf(std.out, "%s@%s\n", target.Repository, pushed.Digest)
	return err
}

// apply puts what the command line says in the place of what the target says.
func (c *pushCmd) apply(img *imagefile.Image, t *pushTarget) error {
	repository, tags := c.Repository, c.Tag
	if c.Ref != "" {
		if repository != "" {
			return fmt.Errorf("both %s and --repository %s say where to: give one", c.Ref, repository)
		}
		if strings.Contains(c.Ref, "@") {
			return fmt.Errorf("%.300q is not a place to push to: it has a digest: give REPOSITORY or REPOSITORY:TAG", c.Ref)
		}
		base, tag, tagged := reference.Cut(c.Ref)
		repository = base
		if tagged {
			tags = append([]string{tag}, tags...)
		}
	}
	if base, tag, tagged := reference.Cut(c.Repository); tagged {
		return fmt.Errorf("--repository %s has a tag: --repository %s --tag %s", c.Repository, base, tag)
	}
	if repository != "" {
		t.Repository = repository
	}
	if len(tags) > 0 {
		t.tags = tags
	}
	if len(t.tags) == 0 {
		t.tags = []string{img.Tag}
	}
	if t.Repository == "" {
		return errors.New("nothing says where to push to: -- push REGISTRY/REPOSITORY:TAG")
	}
	t.Insecure = t.Insecure || c.Insecure
	if t.manifest == nil && c.Compression == "" && img.Manifest != nil {
		t.Manifest, t.manifest, t.config = "the image's manifest", img.Manifest, img.Config
		return nil
	}
	if c.Compression != "" && t.manifest != nil {
		return errors.New("--compression: the manifest is built already: set layer_compression of the image")
	}
	if t.compression = c.Compression; t.compression == "" {
		t.compression = img.Compression
	}
	return nil
}

// references are the tags to push.
func (t *pushTarget) references() ([]name.Reference, error) {
	var refs []name.Reference
	for _, tag := range t.tags {
		if strings.ContainsAny(tag, "{}") {
			return nil, fmt.Errorf("the tag %q has a variable of a build with stamping: bazel run --stamp, or -- --tag TAG", tag)
		}
		ref, err := registry.ParseReference(t.Repository+":"+tag, t.Insecure)
		if err != nil {
			return nil, err
		}
		refs = append(refs, ref)
	}
	return refs, nil
}
