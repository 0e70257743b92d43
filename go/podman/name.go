package podman

import "strings"

// localhost is the registry of images without one: they were made here.
const localhost = "localhost"

// splitName splits "localhost:5000/hello:1" into repository and tag, which is
// "latest" if there is none.
func splitName(name string) (repository, tag string) {
	if at := strings.LastIndexByte(name, ':'); at > strings.LastIndexByte(name, '/') {
		return name[:at], name[at+1:]
	}
	return name, "latest"
}

// fullName is what Podman makes of the name of an image that it loads:
// "localhost/hello:latest" for "hello". A first part that has a dot or a colon,
// or is "localhost", is a registry. `podman run hello` finds both.
func fullName(name string) string {
	repository, tag := splitName(name)
	registry, rest, inFolder := strings.Cut(repository, "/")
	switch {
	case !inFolder || registry != localhost && !strings.ContainsAny(registry, ".:"):
		repository = localhost + "/" + repository
	case registry == "docker.io" || registry == "index.docker.io":
		if !strings.Contains(rest, "/") {
			rest = "library/" + rest
		}
		repository = "docker.io/" + rest
	}
	return repository + ":" + tag
}
