package imagelayer

import (
	"errors"
	"io"

	"github.com/rules-strata/rules_strata/go/basefiles"
	"github.com/rules-strata/rules_strata/go/customisation"
	"github.com/rules-strata/rules_strata/go/scriptfs"
)

// Result is a layer that can be written.
type Result struct {
	// FS has the layer's tree, at Root.
	FS   *scriptfs.FS
	Root string
	// Whiteouts are the paths that the layer removes from the base, and Opaque
	// the directories, "" for the root, of which it hides all that the base has
	// in them; both relative to the root and in the order of a walk.
	Whiteouts, Opaque []string
	// KeepsOwners says that run_as_root decided who owns the files, so that the
	// attributes uid and gid mean nothing.
	KeepsOwners bool

	base *basefiles.Files
	// owned are the directories that keep their owners in any case.
	owned map[string]bool
}

// Write writes the layer as a tar to w. The result's whiteouts are added to the
// options, and their owner counts only if there was no run_as_root, and not for the image's
// directories. Hard links are kept.
func (r *Result) Write(w io.Writer, o customisation.Options) (customisation.Result, error) {
	o.Whiteouts, o.Opaque, o.HardLinks, o.Owned = r.Whiteouts, r.Opaque, true, r.owned
	if r.KeepsOwners {
		o.Owner = nil
	}
	return customisation.WriteTree(w, r.FS, r.Root, o)
}

// Close frees the file system and the files of the base. Both must not be used
// any more.
func (r *Result) Close() error {
	err := r.FS.Close()
	if r.base != nil {
		err = errors.Join(err, r.base.Close())
	}
	return err
}
