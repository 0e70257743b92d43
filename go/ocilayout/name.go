package ocilayout

import "strings"

// The registry and the folder that names without them are in, as Docker and
// containerd understand names.
const (
	defaultRegistry = "docker.io"
	defaultFolder   = "library"
)

// FullName is an image's name with what is left out of short ones:
// "docker.io/library/hello" for "hello", "docker.io/user/hello" for
// "user/hello". A first part that has a dot or a colon, or is "localhost", is a
// registry: such names are full.
func FullName(name string) string {
	first, _, hasFolder := strings.Cut(name, "/")
	switch {
	case !hasFolder:
		return defaultRegistry + "/" + defaultFolder + "/" + name
	case first == "localhost" || strings.ContainsAny(first, ".:"):
		return name
	default:
		return defaultRegistry + "/" + name
	}
}
