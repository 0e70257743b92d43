package registry

import (
	"fmt"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
)

// Limits of references, in characters, after the OCI distribution
// specification ("Pulling manifests") and Docker.
const (
	maxRepository = 255
	maxTag        = 128
)

// ParseReference reads REGISTRY/REPOSITORY:TAG or REGISTRY/REPOSITORY@DIGEST;
// without registry it is docker.io, without a tag or digest the tag is
// latest. With insecure, the registry may be asked by plain HTTP. The error
// says what is wrong with the reference.
func ParseReference(text string, insecure bool) (name.Reference, error) {
	ref, err := parseReference(text, insecure)
	if err != nil {
		return nil, fmt.Errorf("%.300q is not a reference of an image: %w", text, err)
	}
	return ref, nil
}

func parseReference(text string, insecure bool) (name.Reference, error) {
	var options []name.Option
	if insecure {
		options = append(options, name.Insecure)
	}
	if scheme, _, ok := strings.Cut(text, "://"); ok {
		return nil, fmt.Errorf("it begins with %q: leave that out", scheme+"://")
	}
	base, digest, byDigest := strings.Cut(text, "@")
	repository, tag := base, ""
	if at := strings.LastIndexByte(base, ':'); at > strings.LastIndexByte(base, '/') {
		repository, tag = base[:at], base[at+1:]
		if err := checkTag(tag); err != nil {
			return nil, err
		}
	}
	if err := checkRepository(repository); err != nil {
		return nil, err
	}
	if !byDigest {
		return name.NewTag(text, options...)
	}
	if _, err := parseDigest(digest); err != nil {
		return nil, err
	}
	return name.NewDigest(repository+"@"+digest, options...)
}

func checkRepository(repository string) error {
	first, rest, several := strings.Cut(repository, "/")
	if several && (strings.ContainsAny(first, ".:") || first == "localhost") {
		repository = rest
	}
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789"
	switch {
	case len(repository) > maxRepository:
		return fmt.Errorf("the repository has %d characters, at most %d are possible", len(repository), maxRepository)
	case strings.ToLower(repository) != repository:
		return fmt.Errorf("the repository %q has capital letters, which are not possible: write %q", repository, strings.ToLower(repository))
	}
	for part := range strings.SplitSeq(repository, "/") {
		switch {
		case part == "":
			return fmt.Errorf("a part of the repository %q is empty", repository)
		case strings.Trim(part, letters+"._-") != "":
			return fmt.Errorf("the repository %q: want small letters, digits and . _ - between slashes", repository)
		case !strings.ContainsRune(letters, rune(part[0])) || !strings.ContainsRune(letters, rune(part[len(part)-1])):
			return fmt.Errorf("the repository %q: %q does not begin and end with a letter or a digit", repository, part)
		}
	}
	return nil
}

func checkTag(tag string) error {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"
	switch {
	case tag == "":
		return fmt.Errorf("the tag is empty")
	case len(tag) > maxTag:
		return fmt.Errorf("the tag has %d characters, at most %d are possible", len(tag), maxTag)
	case strings.Trim(tag, letters+".-") != "" || strings.IndexByte(letters, tag[0]) < 0:
		return fmt.Errorf("the tag %q: want letters, digits and . _ -, with a letter, a digit or _ first", tag)
	}
	return nil
}
