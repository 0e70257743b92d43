package registry

import (
	"errors"
	"fmt"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"

	"github.com/rules-strata/rules_strata/go/reference"
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
	base, digest, byDigest := strings.Cut(text, "@")
	named, err := reference.Parse(base)
	var bad *reference.Error
	if errors.As(err, &bad) {
		return nil, errors.New(bad.Reason)
	}
	if err != nil {
		return nil, err
	}
	if !byDigest {
		return name.NewTag(named.String(), options...)
	}
	if _, err := parseDigest(digest); err != nil {
		return nil, err
	}
	return name.NewDigest(named.Repository()+"@"+digest, options...)
}
