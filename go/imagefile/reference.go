package imagefile

import (
	"fmt"
	"strings"
)

// Docker's limits for references, in characters.
const (
	maxName = 255
	maxTag  = 128
)

// Retag gives the image other names, each "name:tag" or "name", which means
// "name:latest". The first is the one that Ref gives.
func (i *Image) Retag(ref string, others ...string) error {
	name, tag, err := splitRef(ref)
	if err != nil {
		return err
	}
	more := make([]string, len(others))
	for n, other := range others {
		name, tag, err := splitRef(other)
		if err != nil {
			return err
		}
		more[n] = name + ":" + tag
	}
	i.Name, i.Tag, i.more = name, tag, more
	return nil
}

func splitRef(ref string) (name, tag string, err error) {
	name, tag = ref, "latest"
	if at := strings.LastIndexByte(ref, ':'); at > strings.LastIndexByte(ref, '/') {
		name, tag = ref[:at], ref[at+1:]
	}
	err = checkName(name)
	if err == nil {
		err = checkTag(tag)
	}
	if err != nil {
		return "", "", fmt.Errorf("%.300q is not a name for an image: %w", ref, err)
	}
	return name, tag, nil
}

// checkName follows the grammar of github.com/distribution/reference: a
// registry, if the first part has a dot, a colon or is localhost, then parts of
// small letters and digits with single separators between them.
func checkName(name string) error {
	if len(name) > maxName {
		return fmt.Errorf("the name has %d characters, at most %d are possible", len(name), maxName)
	}
	parts := strings.Split(name, "/")
	if len(parts) > 1 && (strings.ContainsAny(parts[0], ".:") || parts[0] == "localhost") {
		if err := checkRegistry(parts[0]); err != nil {
			return err
		}
		parts = parts[1:]
	}
	for _, part := range parts {
		if err := checkPart(part); err != nil {
			return err
		}
	}
	return nil
}

func checkRegistry(host string) error {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-."
	name, port, _ := strings.Cut(host, ":")
	if name == "" || strings.Trim(name, letters) != "" || strings.Trim(port, "0123456789") != "" {
		return fmt.Errorf("%q is not a registry: want a host, or host:port", host)
	}
	return nil
}

func checkPart(part string) error {
	const alphanumeric = "abcdefghijklmnopqrstuvwxyz0123456789"
	switch {
	case part == "":
		return fmt.Errorf("a part of the name is empty")
	case strings.ToLower(part) != part:
		return fmt.Errorf("%q has capital letters, which names cannot have: write %q", part, strings.ToLower(part))
	}
	rest := strings.TrimLeft(part, alphanumeric)
	if rest == part {
		return fmt.Errorf("%q does not begin with a letter or a digit", part)
	}
	for rest != "" {
		word := strings.TrimLeft(rest, "._-")
		separator := rest[:len(rest)-len(word)]
		after := strings.TrimLeft(word, alphanumeric)
		ok := separator == "." || separator == "_" || separator == "__" || separator != "" && strings.Trim(separator, "-") == ""
		if !ok || after == word {
			return fmt.Errorf("%q: want small letters and digits, with one of . _ __ - between them", part)
		}
		rest = after
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
