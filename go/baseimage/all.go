package baseimage

import (
	"fmt"
	"strings"

	"github.com/rules-strata/rules_strata/go/reference"
)

// All is all images of an archive or a layout.
type All struct {
	// Images are in the order of the file; there is one at least.
	Images []Named

	members members
}

// Named is one of several images.
type Named struct {
	*Image
	// Names are those that the image has in the file, "hello:latest". An image
	// may have none.
	Names []string
}

// OpenAll opens all images that a file or a directory holds: those of a docker
// archive, or else those of an OCI layout for the platform of sel, whose Name
// and Tag do not count. Where an image index has images for several platforms,
// or a layout has one name for them, one is taken.
//
// Every error, also those of the layers' readers, names the file. The images
// are of use until Close.
func OpenAll(name string, sel Selection) (*All, error) {
	sel.Name, sel.Tag = "", ""
	m, err := openMembers(name)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, plainPathError(err))
	}
	images, err := openEach(m, sel)
	if err != nil {
		err = explainCut(m, err)
		m.Close()
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	for _, img := range images {
		where := name
		if len(images) > 1 && len(img.Names) > 0 {
			where += ": " + img.Names[0]
		}
		for i := range img.Layers {
			l := &img.Layers[i]
			l.where = where + ": " + l.Describe
		}
	}
	return &All{Images: images, members: m}, nil
}

// Close frees what is open. Readers of layers are of no use afterwards.
func (a *All) Close() error { return a.members.Close() }

// openEach takes the format that openImage takes first.
func openEach(m members, sel Selection) ([]Named, error) {
	_, isDirectory := m.(directory)
	if m.has(dockerManifest) && !(isDirectory && m.has(layoutIndex)) {
		return openEachDocker(m)
	}
	if m.has(layoutIndex) {
		return openEachOfLayout(m, sel)
	}
	// What is wrong with it is the same for one image and for all.
	img, err := openImage(m, sel)
	if err != nil {
		return nil, err
	}
	return []Named{{Image: img}}, nil
}

func openEachDocker(m members) ([]Named, error) {
	listed, err := readDockerManifest(m)
	if err != nil {
		return nil, err
	}
	images := make([]Named, len(listed))
	for i := range listed {
		img, err := listed[i].open(m)
		if err != nil {
			if len(listed) > 1 {
				err = fmt.Errorf("image %d of %d: %w", i+1, len(listed), err)
			}
			return nil, err
		}
		images[i] = Named{Image: img, Names: listed[i].RepoTags}
	}
	return images, nil
}

// namesake are the entries of a layout's index that are called the same: images
// of several platforms. Those without a name stand alone.
type namesake struct {
	name    string
	entries []descriptor
}

func openEachOfLayout(m members, sel Selection) ([]Named, error) {
	listed, err := readLayoutIndex(m)
	if err != nil {
		return nil, err
	}
	groups := byName(listed)
	var images []Named
	for _, group := range groups {
		s := &search{members: m}
		for _, entry := range group.entries {
			if err := s.add(entry, 0); err != nil {
				return nil, err
			}
		}
		if len(s.images) == 0 {
			continue // attestations
		}
		chosen, err := s.choose(sel)
		if err != nil {
			return nil, err
		}
		if group.name == "" && len(groups) > 1 {
			if fits, err := chosen.fits(m, sel); err != nil {
				return nil, err
			} else if !fits {
				continue
			}
		}
		img, err := chosen.open(m)
		if err != nil {
			return nil, err
		}
		named := Named{Image: img}
		if group.name != "" {
			named.Names = []string{group.name}
		}
		images = append(images, named)
	}
	if len(images) == 0 {
		// The error tells what there is.
		_, err := openLayout(m, sel)
		return nil, err
	}
	return images, nil
}

// byName puts together what is called the same.
func byName(entries []descriptor) []*namesake {
	var groups []*namesake
	named := map[string]*namesake{}
	for _, d := range entries {
		name := d.name()
		group := named[name]
		if group == nil {
			group = &namesake{name: name}
			groups = append(groups, group)
		}
		if name != "" {
			named[name] = group
		}
		group.entries = append(group.entries, d)
	}
	return groups
}

// name is the whole name in an entry's annotations, empty if there is none: a
// tag alone does not say what it is of.
func (d *descriptor) name() string {
	for _, name := range []string{d.Annotations[containerdName], d.Annotations[refName]} {
		if _, err := reference.Parse(name); err == nil && strings.ContainsAny(name, ":/") {
			return name
		}
	}
	return ""
}

// fits says whether the image is for the platform of sel.
func (f *found) fits(m members, sel Selection) (bool, error) {
	p, err := f.platform(m)
	if err != nil {
		return false, err
	}
	os := sel.OS
	if os == "" {
		os = "linux"
	}
	return p.OS == os && (sel.Architecture == "" || p.Architecture == sel.Architecture), nil
}
