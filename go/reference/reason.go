package reference

import (
	"fmt"
	"strings"

	"github.com/distribution/reference"
)

// Docker's limits, in characters.
const (
	maxRepository = reference.RepositoryNameTotalLengthMax
	maxTag        = 128
)

// dockerFolder is what Docker puts before names of one part.
const dockerFolder = "library/"

const (
	letters      = "abcdefghijklmnopqrstuvwxyz"
	capitals     = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	digits       = "0123456789"
	alphanumeric = letters + digits
)

// reasonAgainst tells in words what is wrong with a name, empty if nothing is.
// refusal is the library's own, which says little.
func reasonAgainst(repository, tag string, refusal error) string {
	reason := againstRepository(repository)
	if reason == "" {
		reason = againstTag(tag)
	}
	if reason == "" && refusal != nil {
		reason = refusal.Error()
	}
	return reason
}

func againstRepository(repository string) string {
	if scheme, _, ok := strings.Cut(repository, "://"); ok {
		return fmt.Sprintf("it begins with %q: leave that out", scheme+"://")
	}
	if name, _, ok := strings.Cut(repository, "@"); ok {
		return fmt.Sprintf("it has a digest, which says nothing about names: write %q", name)
	}
	path := repository
	if hasRegistry(repository) {
		var registry string
		registry, path, _ = strings.Cut(repository, "/")
		if reason := againstRegistry(registry); reason != "" {
			return reason
		}
	}
	switch n := len(path); {
	case n > maxRepository:
		return fmt.Sprintf("the name has %d characters, at most %d are possible", n, maxRepository)
	case n > maxRepository-len(dockerFolder) && !strings.Contains(repository, "/"):
		return fmt.Sprintf("the name has %d characters and %s before it, at most %d in all are possible", n, dockerFolder, maxRepository)
	}
	for part := range strings.SplitSeq(path, "/") {
		if reason := againstPart(part); reason != "" {
			return reason
		}
	}
	return ""
}

func againstRegistry(registry string) string {
	if strings.HasPrefix(registry, "[") { // an IPv6 address
		return ""
	}
	host, port, _ := strings.Cut(registry, ":")
	if host == "" || strings.Trim(host, alphanumeric+capitals+"-.") != "" || strings.Trim(port, digits) != "" {
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
	}
	if _, err := reference.WithName(part); err != nil {
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
	case strings.Trim(tag, first+".-") != "" || strings.IndexByte(first, tag[0]) < 0:
		return fmt.Sprintf("the tag %q: want letters, digits and . _ -, with a letter, a digit or _ first", tag)
	}
	return ""
}
