// Package export writes the file system that a container of an image sees as
// one tar, which `docker image import` takes: all layers laid on one another,
// whiteouts applied (OCI image specification, "Image Layer Filesystem
// Changeset").
//
// Names begin with "./", which is the first entry itself. A directory comes
// right before what is in it, and the names in a directory are sorted by bytes:
// the order of GNU tar's --sort=name. Of the names of one file, the first in
// that order has the content and the others are hard links to it. Owners are
// numbers alone. Times are those of the layers, in whole seconds; a directory
// that no layer has an entry for has ImpliedTime. The dialect is that of package
// layer.
package export

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/rules-strata/rules_strata/go/archive"
	"github.com/rules-strata/rules_strata/go/imagetree"
)

// ImpliedTime is the time of directories that are only there because something
// is in them, in seconds since 1970.
const ImpliedTime = 1

// contentBuffer is how much of a file is read at once, in bytes.
const contentBuffer = 128 << 10

// Write writes the file system that the layers make, bottom layer first, to out,
// which must be empty. Every layer is read twice at most: for the tree, which is
// all that is kept in memory, and for the contents of files, each of which is
// written to its place. Both times it is checked against its diff ID.
//
// After an error what was written to out is of no use.
func Write(ctx context.Context, out io.WriterAt, layers []archive.Layer) error {
	root, err := imagetree.Flatten(ctx, layers)
	if err != nil {
		return err
	}
	places, err := writeHeaders(out, root, len(layers))
	if err != nil {
		return err
	}
	buffer := make([]byte, contentBuffer)
	for i := range layers {
		if len(places[i]) == 0 {
			continue
		}
		if err := writeContents(ctx, out, layers, i, places[i], buffer); err != nil {
			return err
		}
	}
	return nil
}

// place is where the content of an entry of a layer goes.
type place struct {
	// entry is the number of the entry in the layer's tar.
	entry int
	// offset and size are in bytes.
	offset, size int64
}

// errChanged is for a layer that is not what it was a moment ago.
var errChanged = errors.New("the layer changed while it was read: build it again")

// writeContents writes the files that are from the layer i. The places are in the
// order of its entries.
func writeContents(ctx context.Context, out io.WriterAt, layers []archive.Layer, i int, places []place, buffer []byte) error {
	err := imagetree.Walk(ctx, layers, i, func(entry int, hdr *tar.Header, content io.Reader) error {
		if len(places) == 0 || places[0].entry != entry {
			return nil
		}
		p := places[0]
		places = places[1:]
		if hdr.Size != p.size {
			return errChanged
		}
		_, err := io.CopyBuffer(io.NewOffsetWriter(out, p.offset), content, buffer)
		return err
	})
	if err == nil && len(places) > 0 {
		err = fmt.Errorf("layer %d of %d: %w", i+1, len(layers), errChanged)
	}
	return err
}
