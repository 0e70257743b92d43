package baseimage

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rules-strata/rules_strata/go/reference"
)

// normalise gives an image's name in full, as Docker does: "busybox" is
// "docker.io/library/busybox".
func normalise(name string) string {
	host, rest, ok := strings.Cut(name, "/")
	if !ok || !strings.ContainsAny(host, ".:") && host != "localhost" {
		host, rest = "docker.io", name
	}
	if host == "index.docker.io" {
		host = "docker.io"
	}
	if host == "docker.io" && !strings.Contains(rest, "/") {
		rest = "library/" + rest
	}
	return host + "/" + rest
}

// splitTag cuts "name:tag" apart. A reference without a tag has an empty one.
func splitTag(ref string) (name, tag string) {
	ref, _, _ = strings.Cut(ref, "@")
	name, tag, _ = reference.Cut(ref)
	return name, tag
}

// byName says whether both a name and a tag choose the image.
func (s *Selection) byName() bool { return s.Name != "" && s.Tag != "" }

// is says whether ref is what is selected.
func (s *Selection) is(ref string) bool {
	name, tag := splitTag(ref)
	return tag == s.Tag && normalise(name) == normalise(s.Name)
}

// warnings says that half a selection selects nothing.
func (s *Selection) warnings() []string {
	given, missing := "name "+s.Name, "tag"
	switch {
	case s.byName() || s.Name == "" && s.Tag == "":
		return nil
	case s.Name == "":
		given, missing = "tag "+s.Tag, "name"
	}
	return []string{fmt.Sprintf("the base image's %s is given without a %s: the first image is taken", given, missing)}
}

// notFound lists the images that are there.
func (s *Selection) notFound(refs []string) error {
	there := "none of its images has a name"
	if refs = slices.Compact(slices.Sorted(slices.Values(refs))); len(refs) > 0 {
		const most = 20
		more := ""
		if len(refs) > most {
			refs, more = refs[:most], fmt.Sprintf(" and %d more", len(refs)-most)
		}
		there = "there are " + strings.Join(refs, ", ") + more
	}
	return fmt.Errorf("it has no image %s:%s: %s", s.Name, s.Tag, there)
}
