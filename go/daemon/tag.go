package daemon

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// Tag gives an image a name, "hello:latest"; without a tag, "latest" is meant.
// An image that had the name before loses it. id is an image's ID or another
// of its names; the error is ErrNotFound if the daemon has no such image.
func (c *Client) Tag(ctx context.Context, id, name string) error {
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	repository, tag := splitName(name)
	query := url.Values{"repo": {repository}, "tag": {tag}}
	if err := c.call(ctx, http.MethodPost, "/images/"+id+"/tag", query, nil, nil); err != nil {
		return fmt.Errorf("give image %s the name %s: %w", id, name, err)
	}
	return nil
}

// The parts of names that are left out of short ones.
const (
	defaultRegistry = "docker.io/"
	defaultFolder   = "library/"
	defaultTag      = "latest"
)

// splitName splits "localhost:5000/hello:1" into repository and tag.
func splitName(name string) (repository, tag string) {
	if at := strings.LastIndexByte(name, ':'); at > strings.LastIndexByte(name, '/') {
		return name[:at], name[at+1:]
	}
	return name, defaultTag
}

// fullName is a name with all that short ones leave out:
// "docker.io/library/hello:latest" for "hello". A first part that has a dot or
// a colon, or is "localhost", is a registry.
func fullName(name string) string {
	repository, tag := splitName(name)
	if rest, ok := strings.CutPrefix(repository, "index."+defaultRegistry); ok {
		repository = defaultRegistry + rest
	}
	switch first, _, inFolder := strings.Cut(repository, "/"); {
	case !inFolder:
		repository = defaultRegistry + defaultFolder + repository
	case first != "localhost" && !strings.ContainsAny(first, ".:"):
		repository = defaultRegistry + repository
	case first+"/" == defaultRegistry && strings.Count(repository, "/") == 1:
		repository = defaultRegistry + defaultFolder + strings.TrimPrefix(repository, defaultRegistry)
	}
	return repository + ":" + tag
}

// shortName is a name as Docker shows it: "hello:latest".
func shortName(name string) string {
	full := fullName(name)
	if short, ok := strings.CutPrefix(full, defaultRegistry); ok {
		return strings.TrimPrefix(short, defaultFolder)
	}
	return full
}
