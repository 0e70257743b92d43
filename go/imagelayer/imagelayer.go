// Package imagelayer makes the one layer that build_image adds to its base:
// copies of store objects' files, what run_as_root makes of them and of the
// base, and then extra_commands; in the order of dockerTools.buildImage.
package imagelayer

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/rules-strata/rules_strata/go/archive"
	"github.com/rules-strata/rules_strata/go/basefiles"
	"github.com/rules-strata/rules_strata/go/copytree"
	"github.com/rules-strata/rules_strata/go/customisation"
	"github.com/rules-strata/rules_strata/go/customisation/scripts"
	"github.com/rules-strata/rules_strata/go/imagetree"
	"github.com/rules-strata/rules_strata/go/script"
	"github.com/rules-strata/rules_strata/go/scriptfs"
)

// Image is what the layer is made from.
type Image struct {
	// Copy are the store objects whose files are copied to the root, in order:
	// a later one wins. KeepDirlinks keeps links to directories.
	Copy         []copytree.Source
	KeepDirlinks bool
	// Directories are those of the copies with a mode and an owner of their own.
	Directories []customisation.Directory
	// RunAsRoot and ExtraCommands are bash, "" if there are none. The first
	// sees the base and the layer as one file system, the second the layer.
	RunAsRoot, ExtraCommands string
	// Base are the layers of the base, bottom first. They are only read if
	// there is a RunAsRoot.
	Base []archive.Layer
	Pool scripts.Pool
	// StoreDir is the store directory.
	StoreDir string
	Tools    []script.Tool
	// Prepare changes the layer's tree, which is at root, before extra_commands
	// do; it may be nil.
	Prepare func(fs *scriptfs.FS, root string) error
	// Output gets what the scripts write to their standard output and error.
	Output io.Writer
	// DiskSize is how many bytes of memory and disk the files of the layer and
	// what the scripts read of the base may take if there is a RunAsRoot; 0 is no
	// limit.
	DiskSize int64
	// RealRoot runs RunAsRoot, if it is not nil.
	RealRoot scripts.RealRoot
}

// Run makes the layer. The base is read until ctx ends, which must not be
// before the layer is written. Errors of the scripts name the attribute and the
// line, those of the base the layer.
func Run(ctx context.Context, image Image) (*Result, error) {
	b := scripts.NewBuild(image.Pool, image.StoreDir, image.Tools, image.Output)
	r := &Result{FS: b.FS, Root: scripts.Tree, KeepsOwners: image.RunAsRoot != "", owned: customisation.Owned(image.Directories)}
	if err := r.make(ctx, b, image); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

func (r *Result) make(ctx context.Context, b *scripts.Build, image Image) error {
	b.FS.OutsideRemedy("run_as_root")
	if image.DiskSize > 0 && image.RunAsRoot != "" {
		b.FS.Bound(image.DiskSize, sizeError(image.DiskSize))
	}
	if err := b.Furnish(); err != nil {
		return err
	}
	if err := copytree.Copy(b.FS, image.Copy, scripts.Tree, copytree.Options{KeepDirlinks: image.KeepDirlinks}); err != nil {
		return err
	}
	if err := b.FS.Err(); err != nil {
		return err
	}
	if err := customisation.SetDirectories(b.FS, scripts.Tree, image.Directories); err != nil {
		return err
	}
	if image.RunAsRoot != "" {
		if err := r.runAsRoot(ctx, b, image); err != nil {
			return err
		}
	}
	if image.Prepare != nil {
		if err := image.Prepare(b.FS, scripts.Tree); err != nil {
			return err
		}
	}
	if err := b.ExtraCommands(ctx, image.ExtraCommands); err != nil {
		return err
	}
	var err error
	r.Whiteouts, r.Opaque, err = b.FS.Hidden(scripts.Tree)
	return err
}

// runAsRoot runs the script that sees the base. What the layer has where the
// script sees the build's own directories is kept from it.
func (r *Result) runAsRoot(ctx context.Context, b *scripts.Build, image Image) error {
	if err := b.Aside(); err != nil {
		return err
	}
	if err := r.runOverBase(ctx, b, image); err != nil {
		return err
	}
	return b.Back()
}

// runOverBase runs it, in the interpreter or by a RealRoot.
func (r *Result) runOverBase(ctx context.Context, b *scripts.Build, image Image) error {
	const name = "run_as_root"
	if image.RealRoot != nil {
		s := script.Script{Name: name, Text: image.RunAsRoot, Privileged: true}
		return b.RunReal(ctx, s, image.Base, image.RealRoot)
	}
	root, err := imagetree.Flatten(ctx, image.Base)
	if err != nil {
		return fmt.Errorf("read the base image for %s: %w", name, err)
	}
	r.base = basefiles.New(ctx, image.Base, b.FS.Reserve)
	inner, err := b.Enter(&scriptfs.Base{Root: root, Open: r.base.Open})
	if err != nil {
		return err
	}
	if err := b.RunEntered(ctx, name, image.RunAsRoot, inner); err != nil {
		return err
	}
	return b.Leave(inner)
}

// mebibyte is the unit of disk_size.
const mebibyte = 1 << 20

func sizeError(limit int64) error {
	return fmt.Errorf("the files of the layer and what the scripts read of the base image take more memory and disk than disk_size = %d (MiB) permits: set disk_size higher", limit/mebibyte)
}
