package scripts

import (
	"context"
	"fmt"
	"io"
	"path"
	"time"

	"github.com/rules-strata/rules_strata/go/object"
	"github.com/rules-strata/rules_strata/go/script"
	"github.com/rules-strata/rules_strata/go/scriptfs"
	"github.com/rules-strata/rules_strata/go/store"
)

const (
	// scratch is the directory of a build.
	scratch = "/build"
	// Tree is the directory of a build in which the image's tree is.
	Tree = scratch + "/old_out"

	scratchMode  = 0o755
	temporary    = "/tmp"
	temporaryMod = 0o1777
	readOnlyMode = 0o555
	storeMode    = 0o755
	devices      = "/dev"
	processes    = "/proc"
	system       = "/sys"
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

// Build is what an image's scripts run in: the file system of a build, with
// the image's tree in it.
type Build struct {
	// FS is the file system. The caller must close it.
	FS *scriptfs.FS

	pool     Pool
	storeDir string
	tools    []script.Tool
	output   io.Writer
}

// NewBuild returns a build with an empty file system. The pool's objects will
// be at their store paths in storeDir, scripts can call the tools, and what
// they write to their standard output and error goes to output.
func NewBuild(pool Pool, storeDir string, tools []script.Tool, output io.Writer) *Build {
	return &Build{FS: scriptfs.New(clock), pool: pool, storeDir: storeDir, tools: tools, output: output}
}

// Furnish makes what a build has: the scratch directory with an empty Tree in
// it, which belongs to 0:0 and has mode 0755, the devices and the store.
// Nothing else can be used.
func (b *Build) Furnish() error {
	for dir, mode := range map[string]uint32{scratch: scratchMode, temporary: temporaryMod} {
		if err := b.FS.MountEmpty(dir, mode); err != nil {
			return err
		}
	}
	if err := b.FS.Mkdir(Tree, scratchMode); err != nil {
		return err
	}
	if err := b.FS.MountDevices(devices); err != nil {
		return err
	}
	if err := b.mountStore(b.FS); err != nil {
		return err
	}
	for _, dir := range []string{devices, b.storeDir} {
		if err := b.FS.Protect(dir); err != nil {
			return err
		}
	}
	b.FS.CloseRoot("homeless-shelter")
	return nil
}

// ExtraCommands runs a script in the tree as the user of a build. The empty
// one does nothing.
func (b *Build) ExtraCommands(ctx context.Context, text string) error {
	return b.run(ctx, script.Script{Name: "extra_commands", Text: text}, b.FS, Tree)
}

// RunEntered runs a script as root in a view that Enter gave.
func (b *Build) RunEntered(ctx context.Context, name, text string, inner *scriptfs.FS) error {
	return b.run(ctx, script.Script{Name: name, Text: text, Privileged: true}, inner, "/")
}

// run runs a script, unless it is empty, in the root of the image.
func (b *Build) run(ctx context.Context, s script.Script, fs *scriptfs.FS, root string) error {
	if s.Text == "" {
		return nil
	}
	fs.Fakeroot(s.Privileged)
	return script.Run(ctx, s, script.Place{
		FS: fs, Dir: root, Root: root, Scratch: scratch, StoreDir: b.storeDir, Tools: b.tools, Output: b.output,
	})
}

// Enter makes a file system of which the tree is the root, laid over the base
// if there is one. What a real system has in /dev, /proc, /sys and the store
// hides what the tree has there, and is no part of it. Files can be made in
// /dev and in the store directory, in /proc and /sys they cannot. What the base
// has in the store can be read there too, and /tmp is there for temporary
// files.
//
// What cannot be there, such as a store directory below a file, is an error
// that names the place.
func (b *Build) Enter(base *scriptfs.Base) (*scriptfs.FS, error) {
	inner, err := b.enter(base)
	if err != nil {
		return nil, fmt.Errorf("a place that the scripts need is not a directory in the base image or the files over it: %w", err)
	}
	return inner, nil
}

func (b *Build) enter(base *scriptfs.Base) (*scriptfs.FS, error) {
	inner, err := b.FS.Chroot(Tree)
	if err != nil {
		return nil, err
	}
	if base != nil {
		inner.LayOver(*base)
		if err := inner.Offer(temporary, temporaryMod); err != nil {
			return nil, err
		}
	}
	if err := inner.Adopt(b.FS, scratch); err != nil {
		return nil, err
	}
	if err := inner.MountDevices(devices); err != nil {
		return nil, err
	}
	for _, dir := range []string{processes, system} {
		if err := inner.MountEmpty(dir, readOnlyMode); err != nil {
			return nil, err
		}
		if err := inner.Protect(dir); err != nil {
			return nil, err
		}
	}
	return inner, b.mountStore(inner)
}

// Leave makes Tree what is to be laid over the base to give what the view
// shows that Enter gave.
func (b *Build) Leave(inner *scriptfs.FS) error {
	if err := b.FS.Adopt(inner, scratch); err != nil {
		return err
	}
	// A mount stays at its place, or a base's directory there would be gone.
	if err := inner.MountEmpty(scratch, scratchMode); err != nil {
		return err
	}
	inner.Difference()
	return b.FS.Return(inner, Tree)
}

// mountStore makes the store directory, with the objects in it.
func (b *Build) mountStore(fs *scriptfs.FS) error {
	if err := fs.MountOver(b.storeDir, storeMode); err != nil {
		return err
	}
	for _, p := range b.pool.Paths() {
		open := func() (*object.Object, error) { return b.pool.Open(p) }
		if err := fs.MountLazily(p, open); err != nil {
			return fmt.Errorf("show %s to the scripts: %w", path.Base(string(p)), err)
		}
	}
	return nil
}
