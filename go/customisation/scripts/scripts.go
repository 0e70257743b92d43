// Package scripts runs an image's two scripts over the tree of its contents,
// as dockerTools' customisation layer does: first extra_commands as the user
// of a build, then fake_root_commands as root, with enable_fakechroot in a
// file system of which the tree is the root.
package scripts

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"time"

	"github.com/rules-strata/rules_strata/go/customisation"
	"github.com/rules-strata/rules_strata/go/object"
	"github.com/rules-strata/rules_strata/go/script"
	"github.com/rules-strata/rules_strata/go/scriptfs"
	"github.com/rules-strata/rules_strata/go/store"
	"github.com/rules-strata/rules_strata/go/symlinkjoin"
)

const (
	// scratch is the directory of a build, in which the tree is.
	scratch = "/build"
	treeDir = scratch + "/old_out"

	scratchMode  = 0o755
	temporary    = "/tmp"
	temporaryMod = 0o1777
	readOnlyMode = 0o555
	storeMode    = 0o755
	devices      = "/dev"
)

// clock is what scripts see as the time: SOURCE_DATE_EPOCH of nixpkgs' stdenv.
var clock = time.Unix(315532800, 0)

// Pool holds the store objects that scripts can read.
type Pool interface {
	// Paths are the objects' store paths.
	Paths() []store.Path
	// Open opens one of them.
	Open(path store.Path) (*object.Object, error)
}

// Image is what the scripts of an image need.
type Image struct {
	// Tree is the tree of the contents.
	Tree []symlinkjoin.Entry
	// ExtraCommands and FakeRootCommands are bash, "" if there are none.
	ExtraCommands, FakeRootCommands string
	// Fakechroot makes the tree the root of fake_root_commands.
	Fakechroot bool
	Pool       Pool
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
	fs := scriptfs.New(clock)
	fs, root, err := run(ctx, fs, image)
	if err != nil {
		return nil, "", errors.Join(err, fs.Close())
	}
	return fs, root, nil
}

// run gives a view of fs, and the root in it.
func run(ctx context.Context, fs *scriptfs.FS, image Image) (*scriptfs.FS, string, error) {
	if err := plant(fs, image); err != nil {
		return fs, "", err
	}
	if image.Prepare != nil {
		if err := image.Prepare(fs, treeDir); err != nil {
			return fs, "", err
		}
	}
	place := script.Place{FS: fs, Dir: treeDir, Root: treeDir, Scratch: scratch, Tools: image.Tools, Output: image.Output, StoreDir: image.StoreDir}
	if image.ExtraCommands != "" {
		if err := script.Run(ctx, script.Script{Name: "extra_commands", Text: image.ExtraCommands}, place); err != nil {
			return fs, "", err
		}
	}
	if image.Fakechroot {
		inner, err := enter(fs, image)
		if err != nil {
			return fs, "", err
		}
		place.FS = inner
		place.Dir, place.Root = "/", "/"
	}
	if image.FakeRootCommands != "" {
		fs.Fakeroot()
		s := script.Script{Name: "fake_root_commands", Text: image.FakeRootCommands, Privileged: true}
		if err := script.Run(ctx, s, place); err != nil {
			return fs, "", err
		}
	}
	return place.FS, place.Root, nil
}

// plant makes the file system of a build, with the tree of the contents in it.
func plant(fs *scriptfs.FS, image Image) error {
	for dir, mode := range map[string]uint32{scratch: scratchMode, temporary: temporaryMod} {
		if err := fs.MountEmpty(dir, mode); err != nil {
			return err
		}
	}
	if err := fs.Mkdir(treeDir, scratchMode); err != nil {
		return err
	}
	if err := fs.MountDevices(devices); err != nil {
		return err
	}
	if err := mountStore(fs, image); err != nil {
		return err
	}
	for _, dir := range []string{devices, image.StoreDir} {
		if err := fs.Protect(dir); err != nil {
			return err
		}
	}
	fs.CloseRoot("homeless-shelter")
	return customisation.Plant(fs, treeDir, image.Tree)
}

// enter makes a file system of which the tree is the root. What a real system
// has in /dev, /proc, /sys and the store hides what the tree has there, and is
// no part of it. Files can be made in /dev and in the store directory, in /proc
// and /sys they cannot.
func enter(fs *scriptfs.FS, image Image) (*scriptfs.FS, error) {
	inner, err := fs.Chroot(treeDir)
	if err != nil {
		return nil, err
	}
	if err := inner.Adopt(fs, scratch); err != nil {
		return nil, err
	}
	if err := inner.MountDevices(devices); err != nil {
		return nil, err
	}
	for _, dir := range []string{"/proc", "/sys"} {
		if err := inner.MountEmpty(dir, readOnlyMode); err != nil {
			return nil, err
		}
		if err := inner.Protect(dir); err != nil {
			return nil, err
		}
	}
	return inner, mountStore(inner, image)
}

// mountStore makes the store directory, with the objects in it.
func mountStore(fs *scriptfs.FS, image Image) error {
	if err := fs.MountEmpty(image.StoreDir, storeMode); err != nil {
		return err
	}
	for _, p := range image.Pool.Paths() {
		open := func() (*object.Object, error) { return image.Pool.Open(p) }
		if err := fs.MountLazily(p, open); err != nil {
			return fmt.Errorf("show %s to the scripts: %w", path.Base(string(p)), err)
		}
	}
	return nil
}
