// Package merge puts images together that are loaded as one docker archive: what
// several of them have is in it once, and no two of them have one name.
package merge

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/rules-strata/rules_strata/go/archive"
	"github.com/rules-strata/rules_strata/go/imagesource"
	"github.com/rules-strata/rules_strata/go/reference"
)

// Source is where one or several of the images are.
type Source struct {
	imagesource.Source
	// Label is how messages call it: "//app:image".
	Label string
}

// Images are images that go together, each of them once, in the order in which
// they were given.
type Images struct {
	// Warnings say what the caller may not have meant.
	Warnings []string

	images []archive.Image
	// labels and ids, the SHA-256 of the configs, are those of the images.
	labels, ids []string
	// named has the number of the image by its whole name.
	named  map[string]int
	opened []*imagesource.Images
}

// Open opens all images of the sources. That two different images have one name
// is an error; equal ones are one image with the names of both.
func Open(ctx context.Context, sources []Source) (*Images, error) {
	m := &Images{named: map[string]int{}}
	sizes := imagesource.Sizes{}
	for _, s := range sources {
		if err := m.open(ctx, s, sizes); err != nil {
			return nil, errors.Join(fmt.Errorf("%s: %w", s.Label, err), m.Close())
		}
	}
	for i, img := range m.images {
		if len(img.RepoTags) == 0 {
			m.Warnings = append(m.Warnings, fmt.Sprintf("%s: the image %s has no name: once it is loaded it is known by its ID", m.labels[i], m.ids[i]))
		}
	}
	return m, nil
}

func (m *Images) open(ctx context.Context, s Source, sizes imagesource.Sizes) error {
	opened, err := s.OpenAll(ctx, sizes)
	if err != nil {
		return err
	}
	m.opened = append(m.opened, opened)
	for _, img := range opened.Images {
		if err := m.add(img, s.Label); err != nil {
			return err
		}
	}
	return nil
}

// add adds an image, or its names to the equal one.
func (m *Images) add(img archive.Image, label string) error {
	id := fmt.Sprintf("sha256:%x", sha256.Sum256(img.Config))
	names := img.RepoTags
	i := slices.Index(m.ids, id)
	if i < 0 {
		i = len(m.images)
		img.RepoTags = nil
		m.images = append(m.images, img)
		m.labels = append(m.labels, label)
		m.ids = append(m.ids, id)
	}
	for _, name := range names {
		parsed, err := reference.Parse(name)
		if err != nil {
			return err
		}
		switch other, ok := m.named[parsed.Full()]; {
		case !ok:
			m.named[parsed.Full()] = i
			m.images[i].RepoTags = append(m.images[i].RepoTags, withTag(name))
		case other != i:
			return fmt.Errorf("its image %s is called %s, and so is the image %s of %s: give one of them another name or tag", id, name, m.ids[other], m.labels[other])
		}
	}
	return nil
}

// withTag is a name as manifest.json has it: one without a tag is refused by
// Docker.
func withTag(name string) string {
	if _, _, tagged := reference.Cut(name); tagged {
		return name
	}
	return name + ":" + reference.DefaultTag
}

// WriteArchive writes the images to w as one docker archive.
func (m *Images) WriteArchive(ctx context.Context, w io.Writer) error {
	return archive.WriteSeveral(ctx, w, m.images)
}

// Close frees what is open.
func (m *Images) Close() error {
	var errs []error
	for _, opened := range m.opened {
		errs = append(errs, opened.Close())
	}
	return errors.Join(errs...)
}
