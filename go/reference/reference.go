// Package reference is how images are named: NAME:TAG, and what the engines
// make of names that leave something out.
//
// The grammar, and what is left out, are those of Docker's own package
// github.com/distribution/reference, with which the tests compare. That
// package compiles its regular expressions when a program starts, which took
// a fifth of the time that an action has before its work.
package reference

import (
	"fmt"
	"strings"
)

// DefaultTag is the tag of names without one.
const DefaultTag = "latest"

// localhost is the registry in which Podman puts images without one: they were
// made here.
const localhost = "localhost"

// What Docker means where a name leaves it out.
const (
	dockerRegistry = "docker.io"
	// dockerFolder is what it puts before names of one part.
	dockerFolder = "library/"
	// oldDockerRegistry is the same registry.
	oldDockerRegistry = "index.docker.io"
)

// Name is an image's name with its tag. Make it with Parse.
type Name struct {
	repository string // as it was written
	tag        string
	// registry and path are the parts of the repository, nothing left out.
	registry, path string
}

// Error says why a text is no name of an image.
type Error struct {
	// Text is what was given.
	Text string
	// Reason is what is wrong with it.
	Reason string
}

func (e *Error) Error() string {
	return fmt.Sprintf("%.300q is not a name for an image: %s", e.Text, e.Reason)
}

// Parse reads NAME:TAG, or NAME, which means NAME:latest. A first part of NAME
// that has a dot or a colon, or is "localhost", is a registry. The error is an
// *Error.
func Parse(text string) (Name, error) {
	repository, tag, tagged := Cut(text)
	if !tagged {
		tag = DefaultTag
	}
	if reason := reasonAgainst(repository, tag); reason != "" {
		return Name{}, &Error{Text: text, Reason: reason}
	}
	registry, path := whole(repository)
	return Name{repository: repository, tag: tag, registry: registry, path: path}, nil
}

// whole gives the registry and what comes after it, as Docker completes them.
func whole(repository string) (registry, path string) {
	registry, path = dockerRegistry, repository
	if hasRegistry(repository) {
		registry, path, _ = strings.Cut(repository, "/")
	}
	if registry == oldDockerRegistry {
		registry = dockerRegistry
	}
	if registry == dockerRegistry && !strings.Contains(path, "/") {
		path = dockerFolder + path
	}
	return registry, path
}

// String is the name as it was written, with its tag: "hello:latest".
func (n Name) String() string { return n.repository + ":" + n.tag }

// Repository is what comes before the tag, as it was written: "hello".
func (n Name) Repository() string { return n.repository }

// Tag is what comes after the colon: "latest".
func (n Name) Tag() string { return n.tag }

// Full is the name with all that may be left out, as containerd and the
// annotations of OCI layouts have it: "docker.io/library/hello:latest".
func (n Name) Full() string { return n.registry + "/" + n.path + ":" + n.tag }

// Docker is the name as Docker shows it: "hello:latest" also for
// "docker.io/library/hello".
func (n Name) Docker() string {
	if n.registry != dockerRegistry {
		return n.Full()
	}
	path := n.path
	if name, ok := strings.CutPrefix(path, dockerFolder); ok && !strings.Contains(name, "/") {
		path = name
	}
	return path + ":" + n.tag
}

// Podman is the name that `podman load` makes of it: "localhost/hello:latest".
// `podman run hello` finds that.
func (n Name) Podman() string {
	if !hasRegistry(n.repository) {
		return localhost + "/" + n.String()
	}
	return n.Full()
}

// hasRegistry says whether the first part of a name is a registry.
func hasRegistry(repository string) bool {
	first, _, several := strings.Cut(repository, "/")
	return several && (first == localhost || strings.ContainsAny(first, ".:"))
}

// Cut cuts a name at the tag's colon, which is not that of a registry's port:
// "localhost:5000/hello" has no tag. Neither part is checked, and there must be
// no digest.
func Cut(name string) (repository, tag string, found bool) {
	if at := strings.LastIndexByte(name, ':'); at > strings.LastIndexByte(name, '/') {
		return name[:at], name[at+1:], true
	}
	return name, "", false
}

// Split is Cut for a name that an engine prints, such as "localhost/hello:1",
// which has a tag.
func Split(name string) (repository, tag string) {
	repository, tag, _ = Cut(name)
	return repository, tag
}
