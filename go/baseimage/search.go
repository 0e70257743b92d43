package baseimage

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// maxDepth is how deep image indexes may be nested, maxManifests how many
// manifests they may list.
const (
	maxDepth     = 4
	maxManifests = 1000
)

// found is an image that an index lists. Indexes may list images that a layout
// does not hold, so that its manifest is only read when it matters.
type found struct {
	descriptor descriptor
	// nested says that an image index lists it, and not the layout itself.
	nested bool
	// name and manifest are set by read.
	name     string
	manifest *manifest
}

// search collects the images that indexes lead to, in their order.
type search struct {
	members members
	images  []*found
	listed  int
}

// add follows a descriptor, which is below a number of image indexes.
func (s *search) add(d descriptor, depth int) error {
	if d.isAttestation() {
		return nil
	}
	if s.listed++; s.listed > maxManifests {
		return fmt.Errorf("it has more than %d manifests", maxManifests)
	}
	f := &found{descriptor: d, nested: depth > 0}
	if isImageType(d.MediaType) {
		s.images = append(s.images, f)
		return nil
	}
	if depth > maxDepth {
		return fmt.Errorf("the image index %s is nested deeper than the depth limit of %d", d.Digest, maxDepth)
	}
	if err := f.read(s.members); err != nil {
		return err
	}
	if !f.manifest.isIndex() {
		s.images = append(s.images, f)
		return nil
	}
	for _, entry := range f.manifest.Manifests {
		if err := s.add(entry, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// isAttestation says whether it is something about an image that stands beside
// it in the index.
func (d *descriptor) isAttestation() bool {
	return d.Annotations["vnd.docker.reference.type"] == "attestation-manifest" ||
		d.Platform != nil && d.Platform.OS == "unknown" && d.Platform.Architecture == "unknown"
}

// read reads the manifest.
func (f *found) read(m members) error {
	if f.manifest != nil {
		return nil
	}
	d := &f.descriptor
	if strings.HasPrefix(d.MediaType, schema1) {
		return fmt.Errorf("manifest %s: %w", d.Digest, errSchema1)
	}
	name, data, err := readBlob(m, d, maxManifest)
	if err != nil {
		return fmt.Errorf("manifest: %w", err)
	}
	var read manifest
	err = json.Unmarshal(data, &read)
	switch {
	case err != nil:
		return fmt.Errorf("manifest %s: it is not one: %w", name, err)
	case read.SchemaVersion == 1:
		return fmt.Errorf("manifest %s: %w", name, errSchema1)
	case read.MediaType == "":
		read.MediaType = d.MediaType
	case d.MediaType != "" && d.MediaType != read.MediaType:
		return fmt.Errorf("manifest %s: its media type is %s, but its descriptor says %s", name, read.MediaType, d.MediaType)
	}
	f.name, f.manifest = name, &read
	return nil
}

// choose takes the first image of the selected platform. A single image that
// no image index lists is taken whatever its platform.
func (s *search) choose(sel Selection) (*found, error) {
	if len(s.images) == 0 {
		return nil, errors.New("it has no images")
	}
	if len(s.images) == 1 && !s.images[0].nested {
		return s.images[0], nil
	}
	want := platform{OS: sel.OS, Architecture: sel.Architecture}
	if want.OS == "" {
		want.OS = "linux"
	}
	var matches []*found
	var architectures, there []string
	for _, f := range s.images {
		p, err := f.platform(s.members)
		if err != nil {
			return nil, err
		}
		if p.OS == want.OS && (want.Architecture == "" || p.Architecture == want.Architecture) {
			matches = append(matches, f)
			architectures = append(architectures, p.Architecture)
		}
		there = append(there, p.String())
	}
	slices.Sort(there)
	list := strings.Join(slices.Compact(there), ", ")
	switch {
	case len(matches) == 0 && want.Architecture == "":
		return nil, fmt.Errorf("it has no image for %s: there are images for %s", want.OS, list)
	case len(matches) == 0:
		return nil, fmt.Errorf("it has no image for %s: there are images for %s", want.String(), list)
	case len(slices.Compact(slices.Sorted(slices.Values(architectures)))) > 1:
		return nil, fmt.Errorf("it has images for %s: choose an architecture", list)
	}
	return matches[0], nil
}

// platform is what the index says, or else the config.
func (f *found) platform(m members) (*platform, error) {
	if f.descriptor.Platform != nil {
		return f.descriptor.Platform, nil
	}
	if err := f.read(m); err != nil {
		return nil, err
	}
	var p platform
	if f.manifest.Config != nil {
		name, data, err := readBlob(m, f.manifest.Config, maxConfig)
		if err != nil {
			return nil, fmt.Errorf("config: %w", err)
		}
		if err := json.Unmarshal(data, &p); err != nil {
			return nil, fmt.Errorf("config %s: not an image's config: %w", name, err)
		}
	}
	f.descriptor.Platform = &p
	return &p, nil
}
