// Package imagesource opens images wherever a target of Bazel's has them, and
// gives them as package archive writes them: an image of ours by the
// records that describe it, or docker archives and OCI layouts.
package imagesource

import (
	"context"
	"errors"

	"github.com/rules-strata/rules_strata/go/archive"
	"github.com/rules-strata/rules_strata/go/baseimage"
	"github.com/rules-strata/rules_strata/go/imagefile"
)

// Source is where images are.
type Source struct {
	// Records describe an image of ours, with paths from the working directory on.
	Records string
	// Archive is, without records, a docker archive or an OCI layout,
	// compressed or not, or the directory of a layout.
	Archive string
	// Selection chooses among the images of an archive.
	Selection baseimage.Selection
}

// Images are opened images.
type Images struct {
	// Images are in the order of the source.
	Images []archive.Image
	// Warnings say what the caller may not have meant.
	Warnings []string

	close func() error
}

// Close frees what is open. The images are of no use afterwards.
func (i *Images) Close() error { return i.close() }

// Sizes are the sizes of layers' tars in bytes by their diff IDs. A layer that is
// stored compressed is read to its end to learn its size, unless that is known.
type Sizes map[string]int64

// Open opens one image: that of the records, or the one of the archive that
// the selection chooses.
func (s Source) Open(ctx context.Context) (*Images, error) {
	if s.Records != "" {
		return s.openRecords()
	}
	img, err := baseimage.Open(s.Archive, s.Selection)
	if err != nil {
		return nil, err
	}
	converted, err := s.convert(ctx, img, nil, Sizes{})
	if err != nil {
		return nil, errors.Join(err, img.Close())
	}
	return &Images{Images: []archive.Image{converted}, Warnings: img.Warnings, close: img.Close}, nil
}

// OpenAll opens the image of the records, or all images of the archive that
// are for the selection's platform. It adds the sizes that it learns to sizes.
func (s Source) OpenAll(ctx context.Context, sizes Sizes) (*Images, error) {
	if s.Records != "" {
		opened, err := s.openRecords()
		if err != nil {
			return nil, err
		}
		for _, l := range opened.Images[0].Layers {
			sizes[l.DiffID] = l.Size
		}
		return opened, nil
	}
	all, err := baseimage.OpenAll(s.Archive, s.Selection)
	if err != nil {
		return nil, err
	}
	opened := &Images{close: all.Close}
	for _, img := range all.Images {
		converted, err := s.convert(ctx, img.Image, img.Names, sizes)
		if err != nil {
			return nil, errors.Join(err, all.Close())
		}
		opened.Images = append(opened.Images, converted)
	}
	return opened, nil
}

func (s Source) openRecords() (*Images, error) {
	img, err := imagefile.OpenRecords(s.Records)
	if err != nil {
		return nil, err
	}
	return &Images{Images: []archive.Image{img.Archive()}, close: img.Close}, nil
}

func (s Source) convert(ctx context.Context, img *baseimage.Image, names []string, sizes Sizes) (archive.Image, error) {
	converted := archive.Image{Config: img.Config, RepoTags: names}
	for i := range img.Layers {
		l := &img.Layers[i]
		size, ok := sizes[l.DiffID]
		if !ok {
			var err error
			if size, err = l.TarSize(ctx); err != nil {
				return archive.Image{}, err
			}
			sizes[l.DiffID] = size
		}
		converted.Layers = append(converted.Layers, archive.Layer{DiffID: l.DiffID, Size: size, Describe: s.Archive, Write: l.Write})
	}
	return converted, nil
}
