package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/rules-strata/rules_strata/go/copytree"
	"github.com/rules-strata/rules_strata/go/customisation"
	"github.com/rules-strata/rules_strata/go/imagelayer"
	"github.com/rules-strata/rules_strata/go/jsonfile"
	"github.com/rules-strata/rules_strata/go/layer"
	"github.com/rules-strata/rules_strata/go/outfile"
	"github.com/rules-strata/rules_strata/go/realroot"
	"github.com/rules-strata/rules_strata/go/store"
)

// imageTreeCmd is "strata-script image-tree".
type imageTreeCmd struct {
	Copy             []string `sep:"none" placeholder:"STORE_PATH" help:"An object whose files are copied into the root. Repeatable; the last wins."`
	Label            []string `sep:"none" help:"What messages call such an object, in the order of --copy. Repeatable."`
	KeepDirlinks     bool     `help:"Keep links to directories; otherwise what they lead to is copied."`
	RunAsRoot        string   `placeholder:"FILE" help:"The script run_as_root, which sees the base image and the layer as its root."`
	BaseImage        string   `placeholder:"FILE" help:"The base, an image of ours: records that describe it, with paths from the working directory on."`
	BaseArchive      string   `placeholder:"PATH" help:"The base, a docker archive or an OCI layout."`
	BaseName         string   `help:"Which image of an archive: its name."`
	BaseTag          string   `help:"Which image of an archive: its tag."`
	BaseArchitecture string   `help:"Which image of an index: its GOARCH."`
	BaseInfo         string   `placeholder:"FILE" help:"base.json of the archive."`
	UID              int64    `name:"uid" help:"Owner of all files; with --run-as-root they keep theirs."`
	GID              int64    `name:"gid" help:"Group of all files; with --run-as-root they keep theirs."`
	Tar              string   `required:"" placeholder:"FILE" help:"Where the tar of the layer's own files goes."`
	ReferencesOut    string   `required:"" placeholder:"FILE" help:"Where references.json goes: the store paths that the files mention."`
	CopiesOut        string   `required:"" placeholder:"FILE" help:"Where copies.json goes: which files are copies of files of store objects."`
	realRootFlags
	scriptFlags
}

// Help describes the step.
func (imageTreeCmd) Help() string {
	return "Makes the files of an image's single layer: copies of the contents, and what the scripts make of them and of the base."
}

// Run writes the outputs, each whole or not at all.
func (c *imageTreeCmd) Run(stderr io.Writer) (err error) {
	made, objects, err := c.image(stderr)
	if err != nil {
		return err
	}
	base, err := c.openBase()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, base.close()) }()
	made.Base = base.layers
	result, err := imagelayer.Run(context.Background(), made)
	if err != nil {
		return err
	}
	defer result.Close()
	out, err := outfile.Create(c.Tar)
	if err != nil {
		return err
	}
	defer out.Discard()
	written, err := result.Write(out, customisation.Options{
		MTime: int64(c.MTime), StoreDir: c.StoreDir, Known: objects.Paths(), Owner: &customisation.Owner{UID: c.UID, GID: c.GID},
	})
	if err != nil {
		return err
	}
	if err := out.Commit(); err != nil {
		return err
	}
	if err := c.writeUnused(objects, c.RunAsRoot, c.BaseArchive, c.BaseInfo); err != nil {
		return err
	}
	copies := map[string]string{}
	for _, copied := range written.Copies {
		copies[copied.Path] = copied.Name
	}
	if err := layer.WriteCopies(c.CopiesOut, copies); err != nil {
		return err
	}
	return jsonfile.Write(c.ReferencesOut, written.References)
}

// image is what the flags say, but for the base.
func (c *imageTreeCmd) image(stderr io.Writer) (imagelayer.Image, *pool, error) {
	image := imagelayer.Image{
		KeepDirlinks: c.KeepDirlinks, Output: stderr, StoreDir: c.StoreDir, Tools: c.tools(), DiskSize: c.DiskSize * realroot.Megabyte,
	}
	if err := c.check(); err != nil {
		return image, nil, err
	}
	var err error
	if image.Directories, err = c.directories(); err != nil {
		return image, nil, err
	}
	if len(c.Label) != 0 && len(c.Label) != len(c.Copy) {
		return image, nil, fmt.Errorf("%d --label for %d --copy: give none or one each", len(c.Label), len(c.Copy))
	}
	var roots []store.Path
	for i, given := range c.Copy {
		path, err := store.ParsePath(c.StoreDir, given)
		if err != nil {
			return image, nil, fmt.Errorf("--copy: %w", err)
		}
		source := copytree.Source{Path: given}
		if len(c.Label) != 0 {
			source.Label = c.Label[i]
		}
		image.Copy = append(image.Copy, source)
		roots = append(roots, path)
	}
	image.Prepare = c.prepare(roots)
	objects, err := c.pool()
	if err != nil {
		return image, nil, err
	}
	image.Pool = objects
	image.RealRoot = c.runner("run_as_root", c.StoreDir, objects, stderr)
	if image.ExtraCommands, err = text(c.ExtraCommands); err != nil {
		return image, nil, err
	}
	if image.RunAsRoot, err = text(c.RunAsRoot); err != nil {
		return image, nil, err
	}
	return image, objects, nil
}
