// Package scripts runs an image's two scripts over the tree of its contents,
// as dockerTools' customisation layer does: first extra_commands as the user
// of a build, then fake_root_commands as root, with enable_fakechroot in a
// file system of which the tree is the root.
package scripts

import (
	"context"
	"errors"
	"io"

	"github.com/rules-strata/rules_strata/go/customisation"
	"github.com/rules-strata/rules_strata/go/script"
	"github.com/rules-strata/rules_strata/go/scriptfs"
	"github.com/rules-strata/rules_strata/go/symlinkjoin"
)

// Image is what the scripts of an image need.
type Image struct {
	// Tree is the tree of the contents.
	Tree []symlinkjoin.Entry
	// Directories are those of the tree with a mode and an owner of their own.
	Directories []customisation.Directory
	// ExtraCommands and FakeRootCommands are bash, "" if there are none.
	ExtraCommands, FakeRootCommands string
	// Fakechroot makes the tree the root of fake_root_commands.
	Fakechroot bool
	// RealRoot runs fake_root_commands with Fakechroot, if it is not nil.
	RealRoot RealRoot
	Pool     Pool
	// StoreDir is the store directory.
	StoreDir string
	Tools    []script.Tool
	// Prepare changes the tree, which is at root, before the scripts do; it may
	// be nil.
	Prepare func(fs *scriptfs.FS, root string) error
	// Output gets what the scripts write to their standard output and error.
	Output io.Writer
}

// Run runs the scripts. The result is at root in the file system, which the
// caller must close.
func Run(ctx context.Context, image Image) (*scriptfs.FS, string, error) {
	b := NewBuild(image.Pool, image.StoreDir, image.Tools, image.Output)
	fs, root, err := run(ctx, b, image)
	if err != nil {
		return nil, "", errors.Join(err, b.FS.Close())
	}
	return fs, root, nil
}

// run gives a view of the build's file system, and the root in it.
func run(ctx context.Context, b *Build, image Image) (*scriptfs.FS, string, error) {
	if err := b.Furnish(); err != nil {
		return nil, "", err
	}
	if err := customisation.Plant(b.FS, Tree, image.Tree); err != nil {
		return nil, "", err
	}
	if err := customisation.SetDirectories(b.FS, Tree, image.Directories); err != nil {
		return nil, "", err
	}
	if image.Prepare != nil {
		if err := image.Prepare(b.FS, Tree); err != nil {
			return nil, "", err
		}
	}
	if err := b.ExtraCommands(ctx, image.ExtraCommands); err != nil {
		return nil, "", err
	}
	s := script.Script{Name: "fake_root_commands", Text: image.FakeRootCommands, Privileged: true}
	switch {
	case !image.Fakechroot:
		return b.FS, Tree, b.run(ctx, s, b.FS, Tree)
	case image.RealRoot != nil && s.Text != "":
		return b.FS, Tree, b.RunReal(ctx, s, nil, image.RealRoot)
	}
	inner, err := b.Enter(nil)
	if err != nil {
		return nil, "", err
	}
	return inner, "/", b.run(ctx, s, inner, "/")
}
