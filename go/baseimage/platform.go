package baseimage

import (
	"errors"
	"strings"
)

// platform is what an image runs on.
type platform struct {
	OS           string `json:"os"`
	Architecture string `json:"architecture"`
	Variant      string `json:"variant"`
}

func (p *platform) String() string {
	s := p.OS + "/" + p.Architecture
	if p.Variant != "" {
		s += "/" + p.Variant
	}
	return s
}

// Names of images in the annotations of a layout's index.
const (
	// refName is a tag, or a whole name.
	refName = "org.opencontainers.image.ref.name"
	// containerdName is a whole name.
	containerdName = "io.containerd.image.name"
)

// entries are those of a layout's manifests that can be the selected image.
func (s *Selection) entries(manifests []descriptor) ([]descriptor, error) {
	if len(manifests) == 0 {
		return nil, errors.New("it has no images")
	}
	if !s.byName() {
		return manifests, nil
	}
	var chosen []descriptor
	var refs []string
	for _, d := range manifests {
		name, ref := d.Annotations[containerdName], d.Annotations[refName]
		full := strings.ContainsAny(ref, ":/")
		switch {
		case name != "" && s.is(name), full && s.is(ref), name == "" && !full && ref == s.Tag:
			// A layout that gives tags alone does not say what they are of.
			chosen = append(chosen, d)
		case name != "":
			refs = append(refs, name)
		case ref != "":
			refs = append(refs, ref)
		}
	}
	if len(chosen) == 0 {
		return nil, s.notFound(refs)
	}
	return chosen, nil
}
