package scripts

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"

	"github.com/rules-strata/rules_strata/go/archive"
	"github.com/rules-strata/rules_strata/go/changeset"
	"github.com/rules-strata/rules_strata/go/customisation"
	"github.com/rules-strata/rules_strata/go/script"
)

// RealRoot runs a script outside of this process's interpreter, as root of an
// image: the layers of a base, bottom first, and over them the tar that upper
// writes, which has neither whiteouts nor hard links. It writes the tar of a
// layer (OCI image specification, "Image Layer Filesystem Changeset",
// whiteouts included) that gives what the script left when it is laid over the
// base; so what upper had is in it. Its errors name the attribute that holds
// the script.
type RealRoot func(ctx context.Context, script string, base []archive.Layer, upper func(w io.Writer) error, changes io.Writer) error

// changedTree is where the result of a RealRoot is planted.
const changedTree = scratch + "/changed"

// RunReal has a RealRoot run a script over Tree and the base, and makes Tree
// the layer that this gives. What it has in /dev, /proc, /sys and the store
// directory is left out.
func (b *Build) RunReal(ctx context.Context, s script.Script, base []archive.Layer, run RealRoot) error {
	upper := func(w io.Writer) error {
		_, err := customisation.WriteTree(w, b.FS, Tree, customisation.Options{MTime: clock.Unix(), StoreDir: b.storeDir})
		return err
	}
	if err := b.FS.Mkdir(changedTree, scratchMode); err != nil {
		return err
	}
	r, w := io.Pipe()
	ran := make(chan error, 1)
	go func() {
		err := run(ctx, s.Text, base, upper, w)
		w.CloseWithError(err)
		ran <- err
	}()
	planted := changeset.Plant(b.FS, changedTree, []string{devices, processes, system, b.storeDir}, r)
	r.CloseWithError(planted)
	if err := <-ran; err != nil && (planted == nil || !errors.Is(err, planted)) {
		return err
	}
	if planted != nil {
		return fmt.Errorf("%s: %w", s.Name, planted)
	}
	if err := b.dropStoreParents(); err != nil {
		return err
	}
	if err := b.shareContents(); err != nil {
		return err
	}
	if err := b.FS.RemoveAll(Tree); err != nil {
		return err
	}
	return b.FS.Rename(changedTree, Tree)
}

// dropStoreParents removes the directories above the store in which nothing
// is: they are mount points.
func (b *Build) dropStoreParents() error {
	for dir := path.Dir(b.storeDir); dir != "/"; dir = path.Dir(dir) {
		at := path.Join(changedTree, dir)
		if _, err := b.FS.Lstat(at); err != nil {
			continue
		}
		list, err := b.FS.ReadDir(at)
		if err != nil {
			return err
		}
		names, opaque, err := b.FS.Hidden(at)
		if err != nil || len(list)+len(names)+len(opaque) > 0 {
			return err
		}
		if err := b.FS.Remove(at); err != nil {
			return err
		}
	}
	return nil
}
