package rootfs

import (
	"fmt"
	"strings"
)

// The limits of Linux file systems, in bytes.
const (
	maxComponent = 255
	maxPath      = 4096
)

// split cuts the name of a tar entry into its components. A name may begin with
// "/", "./" or nothing, and end with "/"; the root folder has no components.
func split(name string) ([]string, error) {
	if len(name) > maxPath {
		return nil, fmt.Errorf("the path %s has %d bytes, at most %d are possible", quote(name), len(name), maxPath)
	}
	var parts []string
	for part := range strings.SplitSeq(name, "/") {
		switch {
		case part == "" || part == ".":
		case part == "..":
			return nil, fmt.Errorf("the path %s leads out of the image with \"..\"", quote(name))
		case len(part) > maxComponent:
			return nil, fmt.Errorf("the name %s has %d bytes, at most %d are possible", quote(part), len(part), maxComponent)
		default:
			parts = append(parts, part)
		}
	}
	return parts, nil
}

// maxQuoted is how much of a name an error shows, in bytes.
const maxQuoted = 120

// quote shows a name in an error, the middle of a long one left out.
func quote(name string) string {
	if len(name) > maxQuoted {
		return fmt.Sprintf("%q...%q", name[:maxQuoted/2], name[len(name)-maxQuoted/2:])
	}
	return fmt.Sprintf("%q", name)
}
