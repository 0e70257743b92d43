package main

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"

	"github.com/rules-strata/rules_strata/go/reference"
	"github.com/rules-strata/rules_strata/go/registry"
)

// request is the image that is asked for.
type request struct {
	// repository is the name for MODULE.bazel.
	repository string
	// name is the image's name; tag and digest choose the image, one of them at
	// most.
	name, tag, digest string
	platform          registry.Platform
	insecure          bool

	ref name.Reference // after parse
}

// request is what the command line says. With --update, the image may be left
// to the tag that is there.
func (c *prefetch) request() (request, error) {
	r := request{
		name: c.ImageName, tag: c.ImageTag, digest: c.ImageDigest, insecure: c.Insecure,
		platform: registry.Platform{OS: c.OS, Architecture: c.Arch, Variant: c.Variant},
	}
	switch {
	case c.Image != "" && c.ImageName+c.ImageTag+c.ImageDigest != "":
		return r, fmt.Errorf("%s and --image-name, --image-tag or --image-digest both name the image: give one", c.Image)
	case c.ImageTag != "" && c.ImageDigest != "":
		return r, errors.New("--image-tag and --image-digest both choose the image: give one")
	case c.Image != "":
		r.name, r.digest, _ = strings.Cut(c.Image, "@")
		r.name, r.tag, _ = reference.Cut(r.name)
		if _, err := registry.ParseReference(c.Image, c.Insecure); err != nil {
			return r, err
		}
	case c.ImageName == "" && !(c.Update && c.Name != ""):
		return r, errors.New("no image: prefetch IMAGE, or --image-name NAME")
	}
	if r.digest != "" {
		r.tag = "" // The digest decides.
	}
	r.repository = cmp.Or(c.Name, repositoryName(r.name))
	return r, repositoryNameProblem(r.repository)
}

// parse takes what nobody said from the defaults, and parses the reference.
func (r *request) parse() (err error) {
	r.platform.OS = cmp.Or(r.platform.OS, "linux")
	r.platform.Architecture = cmp.Or(r.platform.Architecture, "amd64")
	if r.digest == "" {
		r.tag = cmp.Or(r.tag, reference.DefaultTag)
	}
	r.ref, err = registry.ParseReference(r.text(), r.insecure)
	return err
}

// text is the reference.
func (r *request) text() string {
	if r.digest != "" {
		return r.name + "@" + r.digest
	}
	return r.name + ":" + r.tag
}

const (
	letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	digits  = "0123456789"
)

// repositoryName is the last component of an image's name, as a name that a
// repository can have.
func repositoryName(imageName string) string {
	base := imageName[strings.LastIndexByte(imageName, '/')+1:]
	base = strings.Map(func(r rune) rune {
		if strings.ContainsRune(letters+digits+"_", r) {
			return r
		}
		return '_'
	}, base)
	if strings.Trim(base[:min(len(base), 1)], letters) != "" {
		return "image_" + base
	}
	return base
}

// repositoryNameProblem is an error for what is not an apparent name of a
// repository (Bazel, "External dependencies overview").
func repositoryNameProblem(text string) error {
	if text == "" || strings.Trim(text[:1], letters) != "" || strings.Trim(text, letters+digits+"_-.") != "" {
		return fmt.Errorf("--name %q is not the name of a repository: want a letter, then letters, digits, dots, _ and -", text)
	}
	return nil
}
