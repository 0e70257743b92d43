package reference

import (
	"fmt"
	"strings"
)

// Docker's limits, in characters.
const (
	maxRepository = 255 // without the registry
	maxTag        = 128
)

// idLen is the number of hexadecimal digits of an image's ID.
const idLen = 64

const (
	letters      = "abcdefghijklmnopqrstuvwxyz"
	capitals     = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	digits       = "0123456789"
	alphanumeric = letters + digits
)

// ValidTag says whether a text can be a tag: 1 to 128 letters, digits and . _ -,
// with a letter, a digit or _ first.
func ValidTag(tag string) bool { return againstTag(tag) == "" }

// reasonAgainst tells in words what is wrong with a name, empty if nothing is.
func reasonAgainst(repository, tag string) string {
	if reason := againstRepository(repository); reason != "" {
		return reason
	}
	return againstTag(tag)
}

func againstRepository(repository string) string {
	if scheme, _, ok := strings.Cut(repository, "://"); ok {
		return fmt.Sprintf("it begins with %q: leave that out", scheme+"://")
	}
	if name, _, ok := strings.Cut(repository, "@"); ok {
		return fmt.Sprintf("it has a digest, which says nothing about names: write %q", name)
	}
	if len(repository) == idLen && consistsOf(repository, digits+"abcdef") {
		return fmt.Sprintf("it is %d hexadecimal digits, which engines take for the ID of an image", idLen)
	}
	path := repository
	if hasRegistry(repository) {
		var registry string
		registry, path, _ = strings.Cut(repository, "/")
		if reason := againstRegistry(registry); reason != "" {
			return reason
		}
	}
	if reason := againstLength(repository, path); reason != "" {
		return reason
	}
	for part := range strings.SplitSeq(path, "/") {
		if reason := againstPart(part); reason != "" {
			return reason
		}
	}
	return ""
}

// againstLength counts also what Docker puts before the path.
func againstLength(repository, path string) string {
	_, all := whole(repository)
	switch {
	case len(path) > maxRepository:
		return fmt.Sprintf("the name has %d characters, at most %d are possible", len(path), maxRepository)
	case len(all) > maxRepository:
		return fmt.Sprintf("the name has %d characters and %s before it, at most %d in all are possible", len(path), dockerFolder, maxRepository)
	}
	return ""
}

func againstRegistry(registry string) string {
	if !validRegistry(registry) {
		return fmt.Sprintf("%q is not a registry: want a host, or host:port", registry)
	}
	return ""
}

func againstPart(part string) string {
	switch {
	case part == "":
		return "a part of the name is empty"
	case strings.ToLower(part) != part:
		return fmt.Sprintf("%q has capital letters, which are not possible: write %q", part, strings.ToLower(part))
	case strings.IndexByte(alphanumeric, part[0]) < 0:
		return fmt.Sprintf("%q does not begin with a letter or a digit", part)
	case !validPart(part):
		return fmt.Sprintf("%q: want small letters and digits, with one of . _ __ - between them", part)
	}
	return ""
}

func againstTag(tag string) string {
	const first = alphanumeric + capitals + "_"
	switch {
	case tag == "":
		return "the tag is empty"
	case len(tag) > maxTag:
		return fmt.Sprintf("the tag has %d characters, at most %d are possible", len(tag), maxTag)
	case !consistsOf(tag, first+".-") || strings.IndexByte(first, tag[0]) < 0:
		return fmt.Sprintf("the tag %q: want letters, digits and . _ -, with a letter, a digit or _ first", tag)
	}
	return ""
}
